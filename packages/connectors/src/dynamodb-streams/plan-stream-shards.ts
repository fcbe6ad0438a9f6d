import { DescribeStreamCommand, DynamoDBStreamsClient } from "@aws-sdk/client-dynamodb-streams";
import { clientFor } from "@letsdata/aws/client-for";
import { noteServiceTime } from "@letsdata/aws/service-time";
import { withRetry } from "@letsdata/aws/with-retry";
import type { CloudAccess, PlanningInput, TaskPlan } from "@letsdata/plugin-kit/connector";
import { type ListedShard, planShards, unlessGone } from "../plan-shards.ts";
import type { DynamodbStreamsManifest } from "./config.ts";
import type { TableStream } from "./permissions.ts";

/** Shards of the stream without a task of their own yet. */
export async function* planStreamShards(
  { config, manifest, access, ...planning }: PlanningInput<TableStream>,
  signal: AbortSignal,
): AsyncGenerator<TaskPlan> {
  const stream = manifest as unknown as DynamodbStreamsManifest;
  const startFrom = stream.dynamoDBReaderTaskStartFromCondition;
  const listed = await unlessGone(config.streamArn, planning, () => listShards(config, access, signal));
  if (!listed) return;
  yield* planShards({
    ...planning,
    shards: listed.shards,
    isLive: listed.isLive,
    reading: {
      startFrom,
      ...(startFrom === "AtTimestamp" ? { startFromTimestamp: stream.startFromTimestamp } : {}),
      stopCondition: stream.dynamoDBReaderTaskStopCondition,
      pollFrequency: stream.dynamoDBReaderTaskContinuousPollFrequency,
    },
    now: listed.listedAt,
  });
}

export interface ListedStream {
  readonly shards: readonly ListedShard[];
  /** Epoch milliseconds at which it began to list them, by its own clock. */
  readonly listedAt: number;
  readonly isLive: boolean;
}

/**
 * Every shard of the stream, page by page, or those that follow one of them: one call of the 10 a second that AWS allows. The list is
 * eventually consistent: a child may appear up to about a minute after its parent is closed, for AWS's own readers ask that long.
 */
export async function listShards(
  { streamArn: StreamArn }: TableStream,
  access: CloudAccess,
  signal: AbortSignal,
  childrenOf?: string,
): Promise<ListedStream> {
  const streams = clientFor(DynamoDBStreamsClient, access);
  const call = { action: "dynamodb:DescribeStream", resource: StreamArn };
  const shards: ListedShard[] = [];
  let listedAt: number | undefined;
  let isLive = false;
  let ExclusiveStartShardId: string | undefined;
  const filter =
    childrenOf === undefined ? {} : { ShardFilter: { Type: "CHILD_SHARDS" as const, ShardId: childrenOf } };
  do {
    const page = new DescribeStreamCommand({ StreamArn, ExclusiveStartShardId, ...filter });
    const time = noteServiceTime(page);
    const { StreamDescription } = await withRetry(() => streams.send(page, { abortSignal: signal }), { call, signal });
    listedAt ??= time();
    for (const { ShardId = "", ParentShardId, SequenceNumberRange } of StreamDescription?.Shards ?? []) {
      const parentIds = ParentShardId === undefined ? [] : [ParentShardId];
      shards.push({ shardId: ShardId, parentIds, isClosed: SequenceNumberRange?.EndingSequenceNumber !== undefined });
    }
    isLive = StreamDescription?.StreamStatus === "ENABLED";
    ExclusiveStartShardId = StreamDescription?.LastEvaluatedShardId;
  } while (ExclusiveStartShardId !== undefined);
  return { shards, listedAt, isLive };
}
