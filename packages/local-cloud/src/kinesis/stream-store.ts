import { randomUUID } from "node:crypto";
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Cloud } from "../cloud.ts";
import { AwsError } from "../server/aws-error.ts";
import { evenRanges, type HashKey } from "./hash-keys.ts";
import { ShardLog } from "./shard-log.ts";
import { TokenBucket } from "./token-bucket.ts";

export interface Shard {
  readonly id: string;
  readonly start: HashKey;
  /** Inclusive. */
  readonly end: HashKey;
  readonly startCounter: number;
  /** null while open. */
  readonly endCounter: number | null;
  readonly parentId: string | null;
  readonly adjacentParentId: string | null;
  readonly createdAt: number;
  readonly closedAt: number | null;
}

export interface Stream {
  /** Folder of its records; new for each stream, also of the same name. */
  readonly id: string;
  readonly accountId: string;
  readonly region: string;
  readonly name: string;
  readonly createdAt: number;
  /** Until then it is CREATING or UPDATING. */
  readonly activeAt: number;
  readonly shards: readonly Shard[];
  readonly mode: "PROVISIONED" | "ON_DEMAND";
  readonly tags: Readonly<Record<string, string>>;
  /** Key of KMS as its owner named it; null: not encrypted. */
  readonly keyId: string | null;
  readonly retentionHours: number;
  /** Epoch ms; what arrived up to then was gone before the retention was raised, and stays so. */
  readonly forgottenUntil: number;
}

export interface OpenShard {
  readonly log: ShardLog;
  readonly bytes: TokenBucket;
  readonly records: TokenBucket;
  readonly reads: TokenBucket;
}

interface OpenStream {
  readonly shards: Map<string, OpenShard>;
  nextCounter: number;
}

/** https://docs.aws.amazon.com/kinesis/latest/APIReference/API_IncreaseStreamRetentionPeriod.html */
export const RETENTION_HOURS_MIN = 24;
export const RETENTION_HOURS_MAX = 8760;
const HOUR_MS = 3_600_000;

/** Changes take a moment, as in AWS, so that callers learn to wait for ACTIVE. */
const CHANGE_MS = 100;

export type StreamStore = ReturnType<typeof openStreamStore>;

export function openStreamStore(cloud: Cloud) {
  const { database, limits } = cloud;
  // Streams of before retentions could be set lack one.
  const kept = { retentionHours: RETENTION_HOURS_MIN, forgottenUntil: 0 };
  const streams = new Map(
    database.documents<Stream>("kinesis.stream").map(({ key, value }) => [key, { ...kept, ...value }]),
  );
  const opened = new Map<string, OpenStream>();
  const keyOf = (stream: Pick<Stream, "accountId" | "region" | "name">) =>
    `${stream.accountId}/${stream.region}/${stream.name}`;
  const folderOf = (stream: Stream) => join(cloud.dir, "kinesis", stream.id);

  function open(stream: Stream): OpenStream {
    let state = opened.get(stream.id);
    if (!state) {
      mkdirSync(folderOf(stream), { recursive: true });
      state = { shards: new Map(), nextCounter: 1 };
      opened.set(stream.id, state);
    }
    for (const shard of stream.shards) {
      if (state.shards.has(shard.id)) continue;
      const log = new ShardLog(join(folderOf(stream), `${shard.id}.log`));
      const now = cloud.now();
      state.shards.set(shard.id, {
        log,
        bytes: new TokenBucket(limits.kinesisShardBytesPerSecond, now),
        records: new TokenBucket(limits.kinesisShardRecordsPerSecond, now),
        reads: new TokenBucket(limits.kinesisShardReadsPerSecond, now),
      });
      state.nextCounter = Math.max(
        state.nextCounter,
        log.lastCounter + 1,
        shard.startCounter + 1,
        (shard.endCounter ?? 0) + 1,
      );
    }
    return state;
  }

  function save(stream: Stream): Stream {
    streams.set(keyOf(stream), stream);
    database.saveDocument("kinesis.stream", keyOf(stream), stream);
    return stream;
  }

  return {
    find: (accountId: string, region: string, name: string): Stream | null =>
      streams.get(keyOf({ accountId, region, name })) ?? null,
    list: (accountId: string, region: string): Stream[] =>
      [...streams.values()]
        .filter((stream) => stream.accountId === accountId && stream.region === region)
        .sort((a, b) => (a.name < b.name ? -1 : 1)),
    save,
    create(
      accountId: string,
      region: string,
      name: string,
      shardCount: number,
      mode: Stream["mode"],
      tags: Record<string, string>,
    ): Stream {
      const now = cloud.now();
      const shards = evenRanges(shardCount).map((range, index) => newShard(index, range, 0, now, null, null));
      return save({
        id: randomUUID(),
        accountId,
        region,
        name,
        createdAt: now,
        activeAt: now + CHANGE_MS,
        shards,
        mode,
        tags,
        keyId: null,
        ...kept,
      });
    },
    remove(stream: Stream): void {
      for (const shard of opened.get(stream.id)?.shards.values() ?? []) shard.log.close();
      opened.delete(stream.id);
      streams.delete(keyOf(stream));
      database.removeDocument("kinesis.stream", keyOf(stream));
      rmSync(folderOf(stream), { recursive: true, force: true });
    },
    shard(stream: Stream, shardId: string): OpenShard {
      const shard = open(stream).shards.get(shardId);
      if (!shard) throw shardNotFound(stream, shardId);
      return shard;
    },
    /** Rising over the whole stream, so that children always come after their parents. */
    nextCounter: (stream: Stream): number => open(stream).nextCounter,
    takeCounter(stream: Stream): number {
      const state = open(stream);
      state.nextCounter += 1;
      return state.nextCounter - 1;
    },
    /** Closes shards and opens their children in one step. */
    reshard(
      stream: Stream,
      closing: ReadonlySet<string>,
      children: readonly { start: HashKey; end: HashKey; parents: readonly string[] }[],
    ): Stream {
      const state = open(stream);
      const now = cloud.now();
      const boundary = state.nextCounter;
      state.nextCounter += 1;
      const shards = stream.shards.map((shard) =>
        closing.has(shard.id) ? { ...shard, endCounter: boundary, closedAt: now } : shard,
      );
      const born = children.map(({ parents, ...range }, index) =>
        newShard(stream.shards.length + index, range, boundary, now, parents[0] ?? null, parents[1] ?? null),
      );
      return save({ ...stream, shards: [...shards, ...born], activeAt: now + CHANGE_MS });
    },
    close(): void {
      for (const { shards } of opened.values()) for (const shard of shards.values()) shard.log.close();
      opened.clear();
    },
  };
}

function newShard(
  index: number,
  range: { start: HashKey; end: HashKey },
  startCounter: number,
  createdAt: number,
  parentId: string | null,
  adjacentParentId: string | null,
): Shard {
  return {
    id: `shardId-${String(index).padStart(12, "0")}`,
    start: range.start,
    end: range.end,
    startCounter,
    endCounter: null,
    parentId,
    adjacentParentId,
    createdAt,
    closedAt: null,
  };
}

export function openShards(stream: Stream): Shard[] {
  return stream.shards.filter((shard) => shard.endCounter === null).sort((a, b) => (a.start < b.start ? -1 : 1));
}

/** Epoch ms; what arrived up to then is gone. */
export function horizonOf(stream: Stream, now: number): number {
  return Math.max(stream.forgottenUntil, now - stream.retentionHours * HOUR_MS);
}

/** Shards whose records may still be there. */
export function liveShards(stream: Stream, now: number): readonly Shard[] {
  const horizon = horizonOf(stream, now);
  return stream.shards.filter(({ closedAt }) => closedAt === null || closedAt > horizon);
}

/** Throws ResourceNotFoundException. */
export function liveShard(stream: Stream, shardId: string, now: number): Shard {
  const shard = liveShards(stream, now).find(({ id }) => id === shardId);
  if (!shard) throw shardNotFound(stream, shardId);
  return shard;
}

export function streamArn(stream: Pick<Stream, "accountId" | "region" | "name">): string {
  return `arn:aws:kinesis:${stream.region}:${stream.accountId}:stream/${stream.name}`;
}

export function streamNotFound(name: string, accountId: string): AwsError {
  return new AwsError("ResourceNotFoundException", `Stream ${name} under account ${accountId} not found.`, 400);
}

export function shardNotFound(stream: Stream, shardId: string): AwsError {
  return new AwsError(
    "ResourceNotFoundException",
    `Could not find shard ${shardId} in stream ${stream.name} under account ${stream.accountId}.`,
    400,
  );
}

/** 56 digits, like the real ones. */
export function sequenceNumber(counter: number): string {
  return `49${String(counter).padStart(54, "0")}`;
}

export function counterOf(sequence: string): number | null {
  return /^49\d{54}$/.test(sequence) ? Number(sequence.slice(2)) : null;
}
