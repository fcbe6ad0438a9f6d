import { CloudWatchClient, GetMetricDataCommand, PutMetricDataCommand } from "@aws-sdk/client-cloudwatch";
import { CreateRoleCommand, GetRoleCommand, PutRolePolicyCommand } from "@aws-sdk/client-iam";
import {
  CreateStreamCommand,
  DescribeStreamSummaryCommand,
  GetRecordsCommand,
  GetShardIteratorCommand,
  ListShardsCommand,
  PutRecordsCommand,
  UpdateShardCountCommand,
} from "@aws-sdk/client-kinesis";
import {
  AbortMultipartUploadCommand,
  CopyObjectCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetBucketLocationCommand,
  GetBucketPolicyCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  ListPartsCommand,
  PutBucketPolicyCommand,
  PutObjectCommand,
} from "@aws-sdk/client-s3";
import { CreateSecretCommand, GetSecretValueCommand } from "@aws-sdk/client-secrets-manager";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { assumedRole, type Clients, clientsFor } from "../testing/clients.ts";
import { ACCOUNT, KEYS, OTHER_ACCOUNT, OTHER_KEYS, startTestCloud, type TestCloud } from "../testing/test-cloud.ts";

let cloud: TestCloud;
let own: Clients;
let UploadId = "";
let iterator = "";
const Bucket = "least";
const RoleArn = `arn:aws:iam::${ACCOUNT}:role/least`;
const stream = `arn:aws:kinesis:us-east-1:${ACCOUNT}:stream/least`;

beforeAll(async () => {
  cloud = await startTestCloud({ kinesisShardReadsPerSecond: 1000 });
  own = clientsFor(cloud.endpoint, KEYS);
  const trust = {
    Version: "2012-10-17",
    Statement: [
      { Effect: "Allow", Principal: { AWS: `arn:aws:iam::${ACCOUNT}:user/admin` }, Action: "sts:AssumeRole" },
    ],
  };
  await own.iam.send(new CreateRoleCommand({ RoleName: "least", AssumeRolePolicyDocument: JSON.stringify(trust) }));
  await own.s3.send(new CreateBucketCommand({ Bucket }));
  await own.s3.send(new PutObjectCommand({ Bucket, Key: "k", Body: "x" }));
  UploadId = (await own.s3.send(new CreateMultipartUploadCommand({ Bucket, Key: "k" }))).UploadId ?? "";
  await own.secrets.send(new CreateSecretCommand({ Name: "least", SecretString: "s" }));
  await own.kinesis.send(new CreateStreamCommand({ StreamName: "least", ShardCount: 1 }));
  iterator =
    (
      await own.kinesis.send(
        new GetShardIteratorCommand({
          StreamName: "least",
          ShardId: "shardId-000000000000",
          ShardIteratorType: "LATEST",
        }),
      )
    ).ShardIterator ?? "";
});
afterAll(() => cloud.remove());

async function sessionWith(statements: readonly object[]): Promise<Clients> {
  const document = JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Action: "*", Resource: "*" }, ...statements],
  });
  await own.iam.send(new PutRolePolicyCommand({ RoleName: "least", PolicyName: "p", PolicyDocument: document }));
  return assumedRole(own, cloud.endpoint, { RoleArn });
}

const CASES: readonly [string, string, (clients: Clients) => Promise<unknown>][] = [
  ["s3:GetObject", `"arn:aws:s3:::least/k"`, ({ s3 }) => s3.send(new GetObjectCommand({ Bucket, Key: "k" }))],
  [
    "s3:PutObject",
    `"arn:aws:s3:::least/k"`,
    ({ s3 }) => s3.send(new PutObjectCommand({ Bucket, Key: "k", Body: "y" })),
  ],
  ["s3:DeleteObject", `"arn:aws:s3:::least/k2"`, ({ s3 }) => s3.send(new DeleteObjectCommand({ Bucket, Key: "k2" }))],
  [
    "s3:GetObject",
    `"arn:aws:s3:::least/k"`,
    ({ s3 }) => s3.send(new CopyObjectCommand({ Bucket, Key: "c", CopySource: "least/k" })),
  ],
  [
    "s3:PutObject",
    `"arn:aws:s3:::least/c"`,
    ({ s3 }) => s3.send(new CopyObjectCommand({ Bucket, Key: "c", CopySource: "least/k" })),
  ],
  ["s3:ListBucket", `"arn:aws:s3:::least"`, ({ s3 }) => s3.send(new ListObjectsV2Command({ Bucket }))],
  [
    "s3:ListBucket",
    `"arn:aws:s3:::least"`,
    ({ s3 }) =>
      s3
        .send(new GetObjectCommand({ Bucket, Key: "not there" }))
        .catch((error) => (error.name === "NoSuchKey" ? undefined : Promise.reject(error))),
  ],
  ["s3:GetBucketLocation", `"arn:aws:s3:::least"`, ({ s3 }) => s3.send(new GetBucketLocationCommand({ Bucket }))],
  [
    "s3:GetBucketPolicy",
    `"arn:aws:s3:::least"`,
    ({ s3 }) =>
      s3
        .send(new GetBucketPolicyCommand({ Bucket }))
        .catch((error) => (error.name === "NoSuchBucketPolicy" ? undefined : Promise.reject(error))),
  ],
  [
    "s3:ListMultipartUploadParts",
    `"arn:aws:s3:::least/k"`,
    ({ s3 }) => s3.send(new ListPartsCommand({ Bucket, Key: "k", UploadId })),
  ],
  [
    "s3:AbortMultipartUpload",
    `"arn:aws:s3:::least/k"`,
    ({ s3 }) => s3.send(new AbortMultipartUploadCommand({ Bucket, Key: "k", UploadId })),
  ],
  [
    "kinesis:DescribeStreamSummary",
    stream,
    ({ kinesis }) => kinesis.send(new DescribeStreamSummaryCommand({ StreamName: "least" })),
  ],
  ["kinesis:ListShards", stream, ({ kinesis }) => kinesis.send(new ListShardsCommand({ StreamName: "least" }))],
  [
    "kinesis:PutRecords",
    stream,
    ({ kinesis }) =>
      kinesis.send(
        new PutRecordsCommand({ StreamName: "least", Records: [{ PartitionKey: "k", Data: Buffer.from("x") }] }),
      ),
  ],
  [
    "kinesis:GetShardIterator",
    stream,
    ({ kinesis }) =>
      kinesis.send(
        new GetShardIteratorCommand({
          StreamName: "least",
          ShardId: "shardId-000000000000",
          ShardIteratorType: "LATEST",
        }),
      ),
  ],
  ["kinesis:GetRecords", stream, ({ kinesis }) => kinesis.send(new GetRecordsCommand({ ShardIterator: iterator }))],
  [
    "kinesis:UpdateShardCount",
    stream,
    ({ kinesis }) =>
      kinesis.send(
        new UpdateShardCountCommand({ StreamName: "least", TargetShardCount: 1, ScalingType: "UNIFORM_SCALING" }),
      ),
  ],
  [
    "secretsmanager:GetSecretValue",
    `arn:aws:secretsmanager:us-east-1:${ACCOUNT}:secret:least-`,
    ({ secrets }) => secrets.send(new GetSecretValueCommand({ SecretId: "least" })),
  ],
  [
    "cloudwatch:PutMetricData",
    "*",
    ({ cloudwatch }) =>
      cloudwatch.send(new PutMetricDataCommand({ Namespace: "N", MetricData: [{ MetricName: "m", Value: 1 }] })),
  ],
  [
    "cloudwatch:GetMetricData",
    "*",
    ({ cloudwatch }) =>
      cloudwatch.send(new GetMetricDataCommand({ StartTime: new Date(0), EndTime: new Date(), MetricDataQueries: [] })),
  ],
  ["iam:GetRole", RoleArn, ({ iam }) => iam.send(new GetRoleCommand({ RoleName: "least" }))],
];

describe("an action taken away is refused and named", () => {
  test.each(CASES)("%s on %s", async (action, resource, attempt) => {
    const without = await sessionWith([{ Effect: "Deny", Action: action, Resource: "*" }]);
    await expect(attempt(without)).rejects.toMatchObject({
      name: expect.stringMatching(/^AccessDenied/),
      message: expect.stringContaining(
        `User: arn:aws:sts::${ACCOUNT}:assumed-role/least/test-session is not authorized to perform: ${action} on resource: ${resource}`,
      ),
    });
    await attempt(await sessionWith([]));
  });
});

test("a HEAD is refused without a body; several deletes are refused one by one", async () => {
  const narrow = await sessionWith([
    { Effect: "Deny", Action: ["s3:DeleteObject", "s3:GetObject"], Resource: `arn:aws:s3:::${Bucket}/k*` },
  ]);
  await expect(narrow.s3.send(new HeadObjectCommand({ Bucket, Key: "k" }))).rejects.toMatchObject({
    $metadata: { httpStatusCode: 403 },
  });
  const { Deleted, Errors } = await narrow.s3.send(
    new DeleteObjectsCommand({ Bucket, Delete: { Objects: [{ Key: "k" }, { Key: "other" }] } }),
  );
  expect(Deleted?.map(({ Key }) => Key)).toEqual(["other"]);
  expect(Errors?.map(({ Key, Code }) => [Key, Code])).toEqual([["k", "AccessDenied"]]);
});

test("a session policy bounds the role, down to prefixes of a listing", async () => {
  await sessionWith([]);
  const Policy = JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Action: "s3:ListBucket",
        Resource: `arn:aws:s3:::${Bucket}`,
        Condition: { StringLike: { "s3:prefix": "mine/*" } },
      },
    ],
  });
  const bounded = await assumedRole(own, cloud.endpoint, { RoleArn, Policy });
  await bounded.s3.send(new ListObjectsV2Command({ Bucket, Prefix: "mine/x" }));
  await expect(bounded.s3.send(new ListObjectsV2Command({ Bucket, Prefix: "yours/" }))).rejects.toMatchObject({
    message: expect.stringContaining("because no session policy allows the s3:ListBucket action"),
  });
  await expect(bounded.s3.send(new GetObjectCommand({ Bucket, Key: "k" }))).rejects.toMatchObject({
    name: "AccessDenied",
  });
});

test("a bucket policy opens a bucket to another account, or to everyone", async () => {
  const other = clientsFor(cloud.endpoint, OTHER_KEYS);
  const get = () => other.s3.send(new GetObjectCommand({ Bucket, Key: "k" }));
  const put = (Principal: unknown, Resource = `arn:aws:s3:::${Bucket}/*`) =>
    own.s3.send(
      new PutBucketPolicyCommand({
        Bucket,
        Policy: JSON.stringify({
          Version: "2012-10-17",
          Statement: [{ Effect: "Allow", Principal, Action: "s3:GetObject", Resource }],
        }),
      }),
    );
  await expect(get()).rejects.toMatchObject({ name: "AccessDenied" });
  await put({ AWS: OTHER_ACCOUNT });
  await get();
  expect((await fetch(`${cloud.endpoint}/${Bucket}/k`)).status).toBe(403);
  await put("*");
  expect(await (await fetch(`${cloud.endpoint}/${Bucket}/k`)).text()).toBe("y");
  expect((await fetch(`${cloud.endpoint}/${Bucket}/k`, { method: "PUT", body: "z" })).status).toBe(403);
  await expect(put("*", "arn:aws:s3:::another/*")).rejects.toMatchObject({ name: "MalformedPolicy" });
});

test("unknown keys are named as each protocol does", async () => {
  const nobody = clientsFor(cloud.endpoint, { accessKeyId: "AKIANOBODY", secretAccessKey: "x" });
  await expect(nobody.s3.send(new GetObjectCommand({ Bucket, Key: "k" }))).rejects.toMatchObject({
    name: "InvalidAccessKeyId",
  });
  await expect(nobody.kinesis.send(new ListShardsCommand({ StreamName: "least" }))).rejects.toMatchObject({
    name: "InvalidClientTokenId",
  });
  expect(nobody.cloudwatch).toBeInstanceOf(CloudWatchClient);
});
