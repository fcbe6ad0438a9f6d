import { AwsError } from "../server/aws-error.ts";
import { describeShard, statusOf } from "./describe-stream.ts";
import { before, evenRanges, fromDecimal } from "./hash-keys.ts";
import type { KinesisCall, KinesisOperation } from "./kinesis-operation.ts";
import { liveShards, openShards, type Shard, type Stream, shardNotFound, streamArn } from "./stream-store.ts";

export const shardOperations: Readonly<Record<string, KinesisOperation>> = {
  ListShards(call) {
    const { input } = call;
    const stream = call.stream();
    const token = input.optionalString("NextToken");
    const [, , , tokenShard = "", tokenFilter = "null"] =
      token === undefined ? [] : Buffer.from(token, "base64url").toString("utf8").split(" ");
    const filter = token === undefined ? readFilter(call) : (JSON.parse(tokenFilter) as ShardFilter | null);
    const after = tokenShard || (input.optionalString("ExclusiveStartShardId") ?? "");
    const limit = input.optionalNumber("MaxResults", 1, 10_000) ?? 1000;
    const live = liveShards(stream, call.cloud.now());
    const rest = live.filter((shard) => shard.id > after && passes(shard, filter));
    const page = rest.slice(0, limit);
    const last = page.at(-1);
    const next =
      rest.length > page.length && last
        ? [stream.accountId, stream.region, stream.name, last.id, JSON.stringify(filter)].join(" ")
        : null;
    return {
      Shards: page.map(describeShard),
      ...(next === null ? {} : { NextToken: Buffer.from(next).toString("base64url") }),
    };
  },
  SplitShard(call) {
    const stream = changeable(call);
    const shard = openShard(stream, call.input.string("ShardToSplit"));
    const start = fromDecimal(call.input.string("NewStartingHashKey"));
    if (start === null || start <= shard.start || start > shard.end) {
      throw new AwsError(
        "InvalidArgumentException",
        `NewStartingHashKey ${call.input.string("NewStartingHashKey")} used in SplitShard() on shard ${shard.id} in stream ${stream.name} under account ${stream.accountId} is not both greater than one plus the shard's StartingHashKey and less than the shard's EndingHashKey.`,
        400,
      );
    }
    const children = [
      { start: shard.start, end: before(start), parents: [shard.id] },
      { start, end: shard.end, parents: [shard.id] },
    ];
    call.streams.reshard(stream, new Set([shard.id]), children);
  },
  MergeShards(call) {
    const stream = changeable(call);
    const first = openShard(stream, call.input.string("ShardToMerge"));
    const second = openShard(stream, call.input.string("AdjacentShardToMerge"));
    const [low, high] = first.start < second.start ? [first, second] : [second, first];
    if (low.id === high.id || before(high.start) !== low.end) {
      throw new AwsError(
        "InvalidArgumentException",
        `Shards ${first.id} and ${second.id} in stream ${stream.name} under account ${stream.accountId} are not an adjacent pair of shards eligible for merging`,
        400,
      );
    }
    call.streams.reshard(stream, new Set([low.id, high.id]), [
      { start: low.start, end: high.end, parents: [first.id, second.id] },
    ]);
  },
  UpdateShardCount(call) {
    const stream = changeable(call);
    const target = call.input.number("TargetShardCount", 1);
    if (call.input.string("ScalingType") !== "UNIFORM_SCALING")
      throw new AwsError("ValidationException", "ScalingType must be UNIFORM_SCALING", 400);
    const open = openShards(stream);
    if (target > open.length * 2 || target < Math.ceil(open.length / 2)) {
      throw new AwsError(
        "InvalidArgumentException",
        "UpdateShardCount cannot scale up over double, or down below half, your current open shard count.",
        400,
      );
    }
    if (target !== open.length) {
      const children = evenRanges(target).map((range) => ({
        ...range,
        parents: open.filter((shard) => shard.start <= range.end && shard.end >= range.start).map((shard) => shard.id),
      }));
      call.streams.reshard(stream, new Set(open.map((shard) => shard.id)), children);
    }
    return {
      StreamName: stream.name,
      CurrentShardCount: open.length,
      TargetShardCount: target,
      StreamARN: streamArn(stream),
    };
  },
};

interface ShardFilter {
  readonly type: string;
  readonly shardId: string | null;
  /** Epoch ms. */
  readonly time: number | null;
}

function readFilter({ input }: KinesisCall): ShardFilter | null {
  if (!input.has("ShardFilter")) return null;
  const filter = input.object("ShardFilter");
  const seconds = filter.optionalNumber("Timestamp");
  const type = filter.string(
    "Type",
    /^(AFTER_SHARD_ID|AT_TRIM_HORIZON|FROM_TRIM_HORIZON|AT_LATEST|AT_TIMESTAMP|FROM_TIMESTAMP)$/,
  );
  return {
    type,
    shardId: filter.optionalString("ShardId") ?? null,
    time: seconds === undefined ? null : seconds * 1000,
  };
}

/** https://docs.aws.amazon.com/kinesis/latest/APIReference/API_ShardFilter.html */
function passes(shard: Shard, filter: ShardFilter | null): boolean {
  if (!filter) return true;
  const time = filter.time ?? 0;
  const openAfter = shard.closedAt === null || shard.closedAt >= time;
  switch (filter.type) {
    case "AFTER_SHARD_ID":
      return shard.id > (filter.shardId ?? "");
    case "AT_LATEST":
      return shard.endCounter === null;
    case "AT_TRIM_HORIZON":
      return shard.parentId === null;
    case "AT_TIMESTAMP":
      return shard.createdAt <= time && openAfter;
    case "FROM_TIMESTAMP":
      return openAfter;
    default:
      return true;
  }
}

function changeable(call: KinesisCall): Stream {
  const stream = call.stream();
  const status = statusOf(stream, call.cloud.now());
  if (status !== "ACTIVE") {
    throw new AwsError(
      "ResourceInUseException",
      `Stream ${stream.name} under account ${stream.accountId} not ACTIVE, instead in state ${status}`,
      400,
    );
  }
  return stream;
}

function openShard(stream: Stream, id: string): Shard {
  const shard = stream.shards.find((entry) => entry.id === id);
  if (!shard) throw shardNotFound(stream, id);
  if (shard.endCounter !== null) {
    throw new AwsError(
      "InvalidArgumentException",
      `Shard ${id} in stream ${stream.name} under account ${stream.accountId} has already been merged or split, and thus is not eligible for merging or splitting.`,
      400,
    );
  }
  return shard;
}
