import {
  CreateTableCommand,
  DescribeTableCommand,
  GetItemCommand,
  PutItemCommand,
  ScanCommand,
  waitUntilTableExists,
} from "@aws-sdk/client-dynamodb";
import { CreateRoleCommand, PutRolePolicyCommand } from "@aws-sdk/client-iam";
import {
  CreateStreamCommand,
  DescribeStreamSummaryCommand,
  GetRecordsCommand,
  GetShardIteratorCommand,
  PutRecordsCommand,
  StartStreamEncryptionCommand,
  waitUntilStreamExists,
} from "@aws-sdk/client-kinesis";
import { CreateKeyCommand, DecryptCommand, GenerateDataKeyCommand } from "@aws-sdk/client-kms";
import {
  CreateQueueCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SetQueueAttributesCommand,
} from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { assumedRole, type Clients, clientsFor } from "../testing/clients.ts";
import { ACCOUNT, KEYS, startTestCloud, type TestCloud } from "../testing/test-cloud.ts";

let cloud: TestCloud;
let own: Clients;
let without: Clients;
let keyArn = "";
const POLICY = { RoleName: "r", PolicyName: "p" };
const resources = { Effect: "Allow", Action: ["sqs:*", "kinesis:*", "dynamodb:*"], Resource: "*" };

beforeAll(async () => {
  cloud = await startTestCloud();
  own = clientsFor(cloud.endpoint, KEYS);
  keyArn = (await own.kms.send(new CreateKeyCommand({}))).KeyMetadata?.Arn ?? "";
  const trust = {
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` }, Action: "sts:AssumeRole" }],
  };
  await own.iam.send(new CreateRoleCommand({ RoleName: "r", AssumeRolePolicyDocument: JSON.stringify(trust) }));
  await grant();
  without = await assumedRole(own, cloud.endpoint, { RoleArn: `arn:aws:iam::${ACCOUNT}:role/r` });
});
afterAll(() => cloud.remove());

/** The role may all but use keys, and of these what is named, through the service only. */
async function grant(service = "", ...actions: readonly string[]): Promise<void> {
  const viaService = { StringEquals: { "kms:ViaService": `${service}.us-east-1.amazonaws.com` } };
  const onKey = { Effect: "Allow", Action: actions, Resource: keyArn, Condition: viaService };
  const Statement = actions.length === 0 ? [resources] : [resources, onKey];
  const PolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement });
  await own.iam.send(new PutRolePolicyCommand({ ...POLICY, PolicyDocument }));
}

/** Refused with the key's action named, then granted through the service. */
async function asks(service: string, name: string, actions: readonly string[], call: () => Promise<unknown>) {
  for (const [place, action] of actions.entries()) {
    await grant(service, ...actions.slice(0, place).map((granted) => `kms:${granted}`));
    await expect(call()).rejects.toMatchObject({
      name,
      message: expect.stringContaining(`is not authorized to perform: kms:${action} on resource: ${keyArn}`),
    });
  }
  await grant(service, ...actions.map((action) => `kms:${action}`));
  return call();
}

describe("a key of KMS", () => {
  test("of a queue is asked for by messages sent and received, after everything else about the request is right", async () => {
    const { QueueUrl } = await own.sqs.send(new CreateQueueCommand({ QueueName: "q" }));
    const encrypt = (KmsMasterKeyId: string) =>
      own.sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { KmsMasterKeyId } }));
    await encrypt("alias/aws/sqs");
    await grant();
    await without.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: "a" }));
    await encrypt(keyArn);
    await expect(without.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: "\u0000" }))).rejects.toMatchObject({
      name: "InvalidMessageContents",
    });
    const denied = "KmsAccessDenied";
    await asks("sqs", denied, ["GenerateDataKey", "Decrypt"], () =>
      without.sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries: [{ Id: "1", MessageBody: "b" }] })),
    );
    const receive = () => without.sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
    expect(await asks("sqs", denied, ["Decrypt"], receive)).toMatchObject({ Messages: [{ Body: "a" }, { Body: "b" }] });
    await grant();
    expect((await receive()).Messages ?? []).toEqual([]);
  });

  test("of a stream is asked for by records put and read, and named by the stream", async () => {
    const StreamName = "s";
    await own.kinesis.send(new CreateStreamCommand({ StreamName, ShardCount: 1 }));
    await waitUntilStreamExists({ client: own.kinesis, maxWaitTime: 5, minDelay: 1 }, { StreamName });
    await own.kinesis.send(new StartStreamEncryptionCommand({ StreamName, EncryptionType: "KMS", KeyId: keyArn }));
    const { StreamDescriptionSummary } = await own.kinesis.send(new DescribeStreamSummaryCommand({ StreamName }));
    expect(StreamDescriptionSummary).toMatchObject({ EncryptionType: "KMS", KeyId: keyArn });
    const first = { StreamName, ShardId: "shardId-000000000000", ShardIteratorType: "TRIM_HORIZON" } as const;
    const { ShardIterator } = await own.kinesis.send(new GetShardIteratorCommand(first));
    const read = () => without.kinesis.send(new GetRecordsCommand({ ShardIterator }));
    await grant();
    expect((await read()).Records).toEqual([]);
    const denied = "KMSAccessDeniedException";
    await asks("kinesis", denied, ["GenerateDataKey"], () =>
      without.kinesis.send(
        new PutRecordsCommand({ StreamName, Records: [{ PartitionKey: "p", Data: Buffer.from("x") }] }),
      ),
    );
    expect(await asks("kinesis", denied, ["Decrypt"], read)).toMatchObject({ Records: [{ PartitionKey: "p" }] });
  });

  test("of a table is asked for by items written and read, and named by the table", async () => {
    const TableName = "tab";
    await own.dynamodb.send(
      new CreateTableCommand({
        TableName,
        BillingMode: "PAY_PER_REQUEST",
        AttributeDefinitions: [{ AttributeName: "k", AttributeType: "S" }],
        KeySchema: [{ AttributeName: "k", KeyType: "HASH" }],
        SSESpecification: { Enabled: true, SSEType: "KMS", KMSMasterKeyId: keyArn },
      }),
    );
    await waitUntilTableExists({ client: own.dynamodb, maxWaitTime: 5, minDelay: 1 }, { TableName });
    const { Table } = await own.dynamodb.send(new DescribeTableCommand({ TableName }));
    expect(Table?.SSEDescription).toMatchObject({ SSEType: "KMS", KMSMasterKeyArn: keyArn });
    const Key = { k: { S: "a" } };
    const denied = "AccessDeniedException";
    await asks("dynamodb", denied, ["GenerateDataKey", "Decrypt"], () =>
      without.dynamodb.send(new PutItemCommand({ TableName, Item: Key })),
    );
    await asks("dynamodb", denied, ["Decrypt"], () => without.dynamodb.send(new GetItemCommand({ TableName, Key })));
    await asks("dynamodb", denied, ["Decrypt"], () => without.dynamodb.send(new ScanCommand({ TableName })));
  });

  test("tells whether it may be used, without being used", async () => {
    const generate = (clients: Clients) =>
      clients.kms.send(new GenerateDataKeyCommand({ KeyId: keyArn, KeySpec: "AES_256", DryRun: true }));
    const decrypt = (clients: Clients) =>
      clients.kms.send(new DecryptCommand({ KeyId: keyArn, CiphertextBlob: new Uint8Array(160) }));
    await expect(generate(own)).rejects.toMatchObject({ name: "DryRunOperationException" });
    await expect(decrypt(own)).rejects.toMatchObject({ name: "InvalidCiphertextException" });
    await grant();
    await expect(generate(without)).rejects.toMatchObject({ name: "AccessDeniedException" });
    await expect(decrypt(without)).rejects.toMatchObject({ name: "AccessDeniedException" });
  });
});
