import { KinesisClient, ListShardsCommand } from "@aws-sdk/client-kinesis";
import { clientFor } from "@letsdata/aws/client-for";
import { withRetry } from "@letsdata/aws/with-retry";
import type { CloudAccess, PlanningInput, TaskPlan } from "@letsdata/plugin-kit/connector";
import { type ListedShard, planShards } from "../plan-shards.ts";
import type { KinesisManifest } from "./config.ts";
import type { KinesisStream } from "./permissions.ts";

/** Shards of the stream without a task of their own yet. */
export async function* planStreamShards(
  { config, manifest, access, planned }: PlanningInput<KinesisStream>,
  signal: AbortSignal,
): AsyncGenerator<TaskPlan> {
  const stream = manifest as unknown as KinesisManifest;
  const startFrom = stream.kinesisReaderTaskStartFromCondition;
  yield* planShards({
    shards: await listShards(config, access, signal),
    reading: {
      startFrom,
      ...(startFrom === "AtTimestamp" ? { startFromTimestamp: stream.startFromTimestamp } : {}),
      stopCondition: stream.kinesisReaderTaskStopCondition,
      pollFrequency: stream.kinesisReaderTaskContinuousPollFrequency,
    },
    planned,
    now: Date.now(),
  });
}

/** Every shard the stream still keeps records of, page by page. */
async function listShards(
  { streamArn: StreamARN }: KinesisStream,
  access: CloudAccess,
  signal: AbortSignal,
): Promise<readonly ListedShard[]> {
  const kinesis = clientFor(KinesisClient, access);
  const call = { action: "kinesis:ListShards", resource: StreamARN };
  const shards: ListedShard[] = [];
  let NextToken: string | undefined;
  do {
    // A token stands for its stream, which may then not be named.
    const page = new ListShardsCommand(NextToken === undefined ? { StreamARN } : { NextToken });
    const answer = await withRetry(() => kinesis.send(page, { abortSignal: signal }), { call, signal });
    for (const { ShardId = "", ParentShardId, AdjacentParentShardId, SequenceNumberRange } of answer.Shards ?? []) {
      const parentIds = [ParentShardId, AdjacentParentShardId].filter((id) => id !== undefined);
      shards.push({ shardId: ShardId, parentIds, isClosed: SequenceNumberRange?.EndingSequenceNumber !== undefined });
    }
    NextToken = answer.NextToken;
  } while (NextToken !== undefined);
  return shards;
}
