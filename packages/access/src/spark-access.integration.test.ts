import { randomUUID } from "node:crypto";
import {
  CreateBucketCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { clientFor } from "@letsdata/aws/client-for";
import { deleteSecretsNamed } from "@letsdata/aws/secrets";
import { staticCredentials } from "@letsdata/aws/session-source";
import { parseDatasetConfig } from "@letsdata/dataset/parse-dataset-config";
import { withGeneratedNames } from "@letsdata/dataset/resolve-names";
import { examples } from "@letsdata/dataset/testing/example-bodies";
import { ACCOUNT, KEYS, startTestCloud, type TestCloud } from "@letsdata/local-cloud/testing/test-cloud";
import type { Credentials } from "@letsdata/plugin-kit/connector";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Installation } from "./installation.ts";
import { ensureDataTaskRole } from "./installation-roles.ts";
import { openSparkSecret, sparkSecretNames } from "./spark-access.ts";

const datasetId = "0123456789abcdef0123456789abcdef";
const signal = new AbortController().signal;
let cloud: TestCloud;
let installation: Installation;
beforeAll(async () => {
  cloud = await startTestCloud();
  const credentials = staticCredentials(KEYS);
  installation = { accountId: ACCOUNT, region: "us-east-1", endpoint: cloud.endpoint, stage: "Test", credentials };
  await ensureDataTaskRole(installation);
  const s3 = clientFor(S3Client, installation);
  for (const Bucket of [`tldim${datasetId}`, `tldwc${datasetId}`]) {
    await s3.send(new CreateBucketCommand({ Bucket }));
    await s3.send(new PutObjectCommand({ Bucket, Key: "n/old", Body: "old" }));
  }
});
afterAll(() => cloud.remove());

/** All of it LetsData's, so that both sides are sessions of the data task role. */
function sparkConfig() {
  const { body } = examples.find(({ name }) => name === "Spark")!;
  const { region: _, ...rest } = body as Record<string, object>;
  const parsed = parseDatasetConfig({
    ...rest,
    region: "us-east-1",
    readConnector: {
      ...rest.readConnector,
      interfaceECRImagePath: undefined,
      artifactFileS3Link: "s3://code/words.zip",
    },
    writeConnector: { connectorDestination: "S3", resourceLocation: "LetsData", writerType: "Spark" },
  });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return withGeneratedNames(parsed.config, "Test", datasetId);
}

const reducer = (attempt: number) => ({
  config: sparkConfig(),
  owner: { userId: randomUUID(), iamUserArn: "arn:aws:iam::000000000001:role/any" },
  datasetId,
  taskId: "t1",
  attempt,
  step: "reducer" as const,
});
const as = (credentials: Credentials) => ({ ...installation, credentials: staticCredentials(credentials) });
const read = async (arn: string, credentials: Credentials) => {
  const answer = await clientFor(SecretsManagerClient, as(credentials)).send(
    new GetSecretValueCommand({ SecretId: arn }),
  );
  return JSON.parse(answer.SecretString!) as { reducer: Record<"read" | "write", Record<string, string>> };
};

test("a step's secret holds the keys of both sides, each good for its own bucket alone, and its session reads no other secret", async () => {
  const secret = await openSparkSecret(installation, reducer(1), signal);
  const other = await openSparkSecret(installation, { ...reducer(1), taskId: "t2" }, signal);
  const session = await secret.openSession();
  const value = await read(secret.arn, session);
  expect(Object.keys(value)).toEqual(["reducer"]);
  await expect(read(other.arn, session)).rejects.toMatchObject({ name: "AccessDeniedException" });
  const s3Of = (keys: Record<string, string>) =>
    clientFor(
      S3Client,
      as({
        accessKeyId: keys.AWS_ACCESS_KEY_ID!,
        secretAccessKey: keys.AWS_SECRET_ACCESS_KEY!,
        sessionToken: keys.AWS_SESSION_TOKEN!,
      }),
    );
  const [reading, writing] = [s3Of(value.reducer.read), s3Of(value.reducer.write)];
  const [between, target] = [`tldim${datasetId}`, `tldwc${datasetId}`];
  const get = (s3: S3Client, Bucket: string) => s3.send(new GetObjectCommand({ Bucket, Key: "n/old" }));
  const put = (s3: S3Client, Bucket: string) => s3.send(new PutObjectCommand({ Bucket, Key: "n/new", Body: "x" }));
  const denied = { name: "AccessDenied" };
  await get(reading, between);
  await expect(put(reading, between)).rejects.toMatchObject(denied);
  await expect(get(reading, target)).rejects.toMatchObject(denied);
  await put(writing, target);
  await expect(get(writing, between)).rejects.toMatchObject(denied);
  await expect(
    clientFor(S3Client, as(session)).send(new ListObjectsV2Command({ Bucket: between })),
  ).rejects.toMatchObject(denied);
});

test("an attempt takes away what the one before left behind; a dataset's secrets go together", async () => {
  const first = await openSparkSecret(installation, { ...reducer(1), taskId: "t3" }, signal);
  const second = await openSparkSecret(installation, { ...reducer(2), taskId: "t3" }, signal);
  const missing = { name: "ResourceNotFoundException" };
  const asOurselves = await installation.credentials();
  await expect(read(first.arn, asOurselves)).rejects.toMatchObject(missing);
  await second.remove();
  await second.remove();
  await expect(read(second.arn, asOurselves)).rejects.toMatchObject(missing);
  const third = await openSparkSecret(installation, { ...reducer(3), taskId: "t3" }, signal);
  await deleteSecretsNamed(installation, sparkSecretNames(installation, datasetId), signal);
  await expect(read(third.arn, asOurselves)).rejects.toMatchObject(missing);
});
