import { BatchWriteItemCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import {
  DescribeStreamSummaryCommand,
  KinesisClient,
  ListShardsCommand,
  MergeShardsCommand,
  PutRecordsCommand,
  SplitShardCommand,
} from "@aws-sdk/client-kinesis";
import { clientFor } from "@letsdata/aws/client-for";
import { listShards } from "@letsdata/connectors/dynamodb-streams/plan-stream-shards";
import { expect } from "vitest";
import { waitFor } from "../installation/dataset-run.ts";
import type { TestInstallation } from "../installation/start-installation.ts";
import { fillStream, fillTable } from "./matrix/fill-sources.ts";

/** The nth record of its key. */
export interface KeyedRecord {
  readonly id: string;
  readonly n: number;
  readonly kind: "document" | "skip" | "error";
}

export function kindOf(n: number): KeyedRecord["kind"] {
  if (n % 10 === 3) return "error";
  return n % 10 === 7 ? "skip" : "document";
}

/** A source whose shards change while it is read. */
export interface LiveSource {
  readonly readConnector: Readonly<Record<string, unknown>>;
  readonly manifestFile: Readonly<Record<string, unknown>>;
  readonly shardsAtFirst: number;
  /** `children`: how many shards more there are afterwards, closed ones counted. */
  readonly reshards: readonly { readonly children: number; readonly reshard: () => Promise<void> }[];
  /** One record for each key. */
  put(records: readonly KeyedRecord[]): Promise<void>;
  /** Of every shard there ever was. */
  parents(): Promise<ReadonlyMap<string, readonly string[]>>;
}

const ACTIVE_SECONDS = 20;

/** Two shards; the first is split, and its second child merged with the other shard. */
export async function makeKinesisSource(installation: TestInstallation, StreamName: string): Promise<LiveSource> {
  const kinesis = clientFor(KinesisClient, installation.customer);
  const streamArn = await fillStream(installation, StreamName, []);
  const shards = async () => (await kinesis.send(new ListShardsCommand({ StreamName }))).Shards ?? [];
  const whenActive = () =>
    waitFor(
      async () => {
        const { StreamDescriptionSummary } = await kinesis.send(new DescribeStreamSummaryCommand({ StreamName }));
        return StreamDescriptionSummary?.StreamStatus === "ACTIVE" || null;
      },
      ACTIVE_SECONDS,
      `stream ${StreamName}`,
    );
  return {
    readConnector: { connectorDestination: "KINESIS", streamArn },
    manifestFile: {
      manifestType: "KinesisStreamReaderManifest",
      kinesisReaderTaskStopCondition: "Continuous",
      kinesisReaderTaskContinuousPollFrequency: "Poll every 1 seconds",
    },
    shardsAtFirst: 2,
    reshards: [
      {
        children: 2,
        async reshard() {
          const [first] = await shards();
          const { StartingHashKey = "", EndingHashKey = "" } = first!.HashKeyRange!;
          const NewStartingHashKey = String((BigInt(StartingHashKey) + BigInt(EndingHashKey)) / 2n);
          await kinesis.send(new SplitShardCommand({ StreamName, ShardToSplit: first!.ShardId, NewStartingHashKey }));
          await whenActive();
        },
      },
      {
        children: 1,
        async reshard() {
          const [, second, , upper] = await shards();
          await kinesis.send(
            new MergeShardsCommand({
              StreamName,
              ShardToMerge: upper!.ShardId,
              AdjacentShardToMerge: second!.ShardId,
            }),
          );
          await whenActive();
        },
      },
    ],
    async put(records) {
      // What a shard refuses, because it takes no more this second, comes again before the key's next.
      let left = records;
      const putLeft = async () => {
        const Records = left.map((record) => ({ Data: Buffer.from(JSON.stringify(record)), PartitionKey: record.id }));
        const answer = await kinesis.send(new PutRecordsCommand({ StreamName, Records }));
        left = left.filter((_, index) => answer.Records?.[index]?.ErrorCode !== undefined);
        return left.length === 0 || null;
      };
      await waitFor(putLeft, ACTIVE_SECONDS, `stream ${StreamName} to take records`);
    },
    async parents() {
      const listed = await shards();
      return new Map(
        listed.map(({ ShardId = "", ParentShardId, AdjacentParentShardId }) => [
          ShardId,
          [ParentShardId, AdjacentParentShardId].filter((id) => id !== undefined),
        ]),
      );
    },
  };
}

/** A table whose stream begins with one shard; it is followed by two, and each of them by one. */
export async function makeTableSource(installation: TestInstallation, TableName: string): Promise<LiveSource> {
  const { customer, customerAccountId: accountId, cloud } = installation;
  const dynamodb = clientFor(DynamoDBClient, customer);
  const streamArn = await fillTable(installation, TableName, []);
  const roll = (childrenEach: 1 | 2) => async () => expect(cloud.rollStreamShards(streamArn, childrenEach)).toBe(true);
  return {
    readConnector: { connectorDestination: "DYNAMODBSTREAMS", streamArn },
    manifestFile: {
      manifestType: "DynamoDBStreamReaderManifest",
      dynamoDBReaderTaskStopCondition: "Continuous",
      dynamoDBReaderTaskContinuousPollFrequency: "Poll every 1 seconds",
    },
    shardsAtFirst: 1,
    reshards: [
      { children: 2, reshard: roll(2) },
      { children: 2, reshard: roll(1) },
    ],
    async put(records) {
      const requests = records.map(({ id, n, kind }) => ({
        PutRequest: { Item: { id: { S: id }, n: { N: String(n) }, kind: { S: kind } } },
      }));
      const answer = await dynamodb.send(new BatchWriteItemCommand({ RequestItems: { [TableName]: requests } }));
      expect(answer.UnprocessedItems ?? {}).toEqual({});
    },
    async parents() {
      const access = { ...customer, accountId, datasetName: TableName };
      const { shards } = await listShards({ streamArn }, access, new AbortController().signal);
      return new Map(shards.map(({ shardId, parentIds }) => [shardId, parentIds]));
    },
  };
}
