import { KinesisClient, ListShardsCommand } from "@aws-sdk/client-kinesis";
import { clientFor } from "@letsdata/aws/client-for";
import { noteServiceTime } from "@letsdata/aws/service-time";
import { withRetry } from "@letsdata/aws/with-retry";
import type { CloudAccess, PlanningInput, TaskPlan } from "@letsdata/plugin-kit/connector";
import { type ListedShard, planShards, unlessGone } from "../plan-shards.ts";
import type { KinesisManifest } from "./config.ts";
import type { KinesisStream } from "./permissions.ts";

/** Shards of the stream without a task of their own yet. */
export async function* planStreamShards(
  { config, manifest, access, ...planning }: PlanningInput<KinesisStream>,
  signal: AbortSignal,
): AsyncGenerator<TaskPlan> {
  const stream = manifest as unknown as KinesisManifest;
  const startFrom = stream.kinesisReaderTaskStartFromCondition;
  const listed = await unlessGone(config.streamArn, planning, () => listShards(config, access, signal));
  if (!listed) return;
  yield* planShards({
    ...planning,
    shards: listed.shards,
    // A closed shard of Kinesis has children as long as its stream is there, and a deleted stream is not listed.
    isLive: true,
    reading: {
      startFrom,
      ...(startFrom === "AtTimestamp" ? { startFromTimestamp: stream.startFromTimestamp } : {}),
      stopCondition: stream.kinesisReaderTaskStopCondition,
      pollFrequency: stream.kinesisReaderTaskContinuousPollFrequency,
    },
    now: listed.listedAt,
  });
}

/** Every shard the stream still keeps records of, page by page, and when it began to list them, by its own clock. */
export async function listShards(
  { streamArn: StreamARN }: KinesisStream,
  access: CloudAccess,
  signal: AbortSignal,
): Promise<{ readonly shards: readonly ListedShard[]; readonly listedAt: number }> {
  const kinesis = clientFor(KinesisClient, access);
  const call = { action: "kinesis:ListShards", resource: StreamARN };
  const shards: ListedShard[] = [];
  let listedAt: number | undefined;
  let NextToken: string | undefined;
  do {
    // A token stands for its stream, which may then not be named.
    const page = new ListShardsCommand(NextToken === undefined ? { StreamARN } : { NextToken });
    const time = noteServiceTime(page);
    const answer = await withRetry(() => kinesis.send(page, { abortSignal: signal }), { call, signal });
    listedAt ??= time();
    for (const { ShardId = "", ParentShardId, AdjacentParentShardId, SequenceNumberRange } of answer.Shards ?? []) {
      const parentIds = [ParentShardId, AdjacentParentShardId].filter((id) => id !== undefined);
      shards.push({ shardId: ShardId, parentIds, isClosed: SequenceNumberRange?.EndingSequenceNumber !== undefined });
    }
    NextToken = answer.NextToken;
  } while (NextToken !== undefined);
  return { shards, listedAt };
}
