import { DescribeStreamCommand, DynamoDBStreamsClient } from "@aws-sdk/client-dynamodb-streams";
import { clientFor } from "@letsdata/aws/client-for";
import { noteServiceTime } from "@letsdata/aws/service-time";
import { withRetry } from "@letsdata/aws/with-retry";
import type { CloudAccess, PlanningInput, TaskPlan } from "@letsdata/plugin-kit/connector";
import { type ListedShard, planShards } from "../plan-shards.ts";
import type { DynamodbStreamsManifest } from "./config.ts";
import type { TableStream } from "./permissions.ts";

/** Shards of the stream without a task of their own yet. */
export async function* planStreamShards(
  { config, manifest, access, planned, warn }: PlanningInput<TableStream>,
  signal: AbortSignal,
): AsyncGenerator<TaskPlan> {
  const stream = manifest as unknown as DynamodbStreamsManifest;
  const startFrom = stream.dynamoDBReaderTaskStartFromCondition;
  const { shards, listedAt } = await listShards(config, access, signal);
  yield* planShards({
    shards,
    reading: {
      startFrom,
      ...(startFrom === "AtTimestamp" ? { startFromTimestamp: stream.startFromTimestamp } : {}),
      stopCondition: stream.dynamoDBReaderTaskStopCondition,
      pollFrequency: stream.dynamoDBReaderTaskContinuousPollFrequency,
    },
    planned,
    now: listedAt,
    warn,
  });
}

/** Every shard of the stream, page by page, and when it began to list them, by its own clock. */
export async function listShards(
  { streamArn: StreamArn }: TableStream,
  access: CloudAccess,
  signal: AbortSignal,
): Promise<{ readonly shards: readonly ListedShard[]; readonly listedAt: number }> {
  const streams = clientFor(DynamoDBStreamsClient, access);
  const call = { action: "dynamodb:DescribeStream", resource: StreamArn };
  const shards: ListedShard[] = [];
  let listedAt: number | undefined;
  let ExclusiveStartShardId: string | undefined;
  do {
    const page = new DescribeStreamCommand({ StreamArn, ExclusiveStartShardId });
    const time = noteServiceTime(page);
    const { StreamDescription } = await withRetry(() => streams.send(page, { abortSignal: signal }), { call, signal });
    listedAt ??= time();
    for (const { ShardId = "", ParentShardId, SequenceNumberRange } of StreamDescription?.Shards ?? []) {
      const parentIds = ParentShardId === undefined ? [] : [ParentShardId];
      shards.push({ shardId: ShardId, parentIds, isClosed: SequenceNumberRange?.EndingSequenceNumber !== undefined });
    }
    ExclusiveStartShardId = StreamDescription?.LastEvaluatedShardId;
  } while (ExclusiveStartShardId !== undefined);
  return { shards, listedAt };
}
