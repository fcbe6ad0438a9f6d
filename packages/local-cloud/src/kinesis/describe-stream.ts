import { toDecimal } from "./hash-keys.ts";
import { encryptionOf } from "./stream-key.ts";
import { type Shard, type Stream, sequenceNumber, streamArn } from "./stream-store.ts";

export function statusOf(stream: Stream, now: number): "CREATING" | "UPDATING" | "ACTIVE" {
  if (now >= stream.activeAt) return "ACTIVE";
  return stream.shards.some((shard) => shard.endCounter !== null) ? "UPDATING" : "CREATING";
}

export function describeStream(stream: Stream, now: number) {
  return {
    StreamName: stream.name,
    StreamARN: streamArn(stream),
    StreamStatus: statusOf(stream, now),
    StreamModeDetails: { StreamMode: stream.mode },
    RetentionPeriodHours: stream.retentionHours,
    StreamCreationTimestamp: stream.createdAt / 1000,
    EnhancedMonitoring: [{ ShardLevelMetrics: [] }],
    ...encryptionOf(stream),
  };
}

export function describeShard(shard: Shard) {
  return {
    ShardId: shard.id,
    ...(shard.parentId === null ? {} : { ParentShardId: shard.parentId }),
    ...(shard.adjacentParentId === null ? {} : { AdjacentParentShardId: shard.adjacentParentId }),
    HashKeyRange: { StartingHashKey: toDecimal(shard.start), EndingHashKey: toDecimal(shard.end) },
    SequenceNumberRange: {
      StartingSequenceNumber: sequenceNumber(shard.startCounter),
      ...(shard.endCounter === null ? {} : { EndingSequenceNumber: sequenceNumber(shard.endCounter) }),
    },
  };
}
