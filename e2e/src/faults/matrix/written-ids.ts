import { gunzipSync } from "node:zlib";
import { DynamoDBClient, paginateScan } from "@aws-sdk/client-dynamodb";
import { GetObjectCommand, paginateListObjectsV2 } from "@aws-sdk/client-s3";
import { paginateListVectors, S3VectorsClient } from "@aws-sdk/client-s3vectors";
import { DeleteMessageBatchCommand, GetQueueUrlCommand, ReceiveMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import type { DatasetViewDto } from "@letsdata/api/contract/dataset-dto";
import { clientFor } from "@letsdata/aws/client-for";
import { committedIds } from "@letsdata/connectors/kafka/testing/committed-ids";
import { parquetReadObjects } from "hyparquet";
import { readOutputLines } from "../../installation/dataset-run.ts";
import { type TestInstallation, testBuckets } from "../../installation/start-installation.ts";
import { readStreamIds } from "../outcome.ts";

type Ids = (installation: TestInstallation, view: DatasetViewDto) => Promise<readonly string[]>;

export const jsonlIds: Ids = async (installation, { datasetName }) => {
  const lines = await readOutputLines(installation, datasetName);
  return lines.map(({ id }) => String(id));
};

export const parquetIds: Ids = async ({ s3 }, { datasetName }) => {
  const ids: string[] = [];
  const Prefix = `out/${datasetName}/`;
  for await (const page of paginateListObjectsV2({ client: s3 }, { Bucket: testBuckets.output, Prefix })) {
    for (const { Key } of page.Contents ?? []) {
      const object = await s3.send(new GetObjectCommand({ Bucket: testBuckets.output, Key }));
      const { buffer, byteOffset, byteLength } = (await object.Body?.transformToByteArray()) ?? new Uint8Array();
      const file = buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer;
      const compressors = { GZIP: (page: Uint8Array) => new Uint8Array(gunzipSync(page)) };
      for (const row of await parquetReadObjects({ file, columns: ["id"], compressors })) ids.push(String(row.id));
    }
  }
  return ids;
};

export const streamIds: Ids = (installation, view) => readStreamIds(installation, view);

/** Takes the messages away. */
export const messageIds: Ids = async ({ ours }, view) => {
  const sqs = clientFor(SQSClient, ours);
  const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName: view.writeConnector.name ?? "" }));
  const ids: string[] = [];
  for (;;) {
    const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
    if (Messages.length === 0) return ids;
    for (const { Body = "{}" } of Messages) ids.push(String((JSON.parse(Body) as { id: unknown }).id));
    const Entries = Messages.map(({ ReceiptHandle }, n) => ({ Id: String(n), ReceiptHandle }));
    await sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
  }
};

export const itemIds: Ids = async ({ ours }, view) => {
  const client = clientFor(DynamoDBClient, ours);
  const ids: string[] = [];
  for await (const page of paginateScan({ client }, { TableName: view.writeConnector.name ?? "" })) {
    for (const item of page.Items ?? []) ids.push(item.id?.S ?? "");
  }
  return ids;
};

export const vectorIds: Ids = async ({ ours }, { datasetId }) => {
  const client = clientFor(S3VectorsClient, ours);
  const name = `tldwc${datasetId}`;
  const ids: string[] = [];
  for await (const page of paginateListVectors({ client }, { vectorBucketName: name, indexName: name })) {
    for (const { key } of page.vectors ?? []) ids.push(key ?? "");
  }
  return ids;
};

export async function topicIds(bootstrapServers: string, topicName: string, partitions: number): Promise<string[]> {
  const connection = { clientId: "matrix", bootstrapBrokers: [bootstrapServers] };
  return (await committedIds(connection, topicName, partitions)).flat();
}
