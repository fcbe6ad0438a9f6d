import { randomBytes } from "node:crypto";
import type { Cloud } from "../cloud.ts";
import type { Item } from "./attribute-value.ts";
import { keyOf, type Table, tableArn } from "./table.ts";

export type StreamViewType = "KEYS_ONLY" | "NEW_IMAGE" | "OLD_IMAGE" | "NEW_AND_OLD_IMAGES";

export interface StreamShard {
  readonly id: string;
  readonly parentId: string | null;
  /** Changes of items whose hash is in this range; `toHash` not included. */
  readonly fromHash: number;
  readonly toHash: number;
  readonly startCounter: number;
  /** null while open. */
  readonly endCounter: number | null;
  readonly closedAt: number | null;
}

export interface ChangeStream {
  readonly arn: string;
  readonly label: string;
  readonly accountId: string;
  readonly region: string;
  readonly tableName: string;
  readonly keySchema: readonly { readonly AttributeName: string; readonly KeyType: "HASH" | "RANGE" }[];
  readonly viewType: StreamViewType;
  readonly createdAt: number;
  readonly disabledAt: number | null;
  readonly shards: readonly StreamShard[];
}

/** One change of one item; an absent side is null. */
export interface Change {
  readonly before: Item | null;
  readonly after: Item | null;
  readonly hash: number;
}

export interface StreamRecord {
  readonly counter: number;
  /** Epoch ms. */
  readonly created: number;
  readonly bytes: number;
  readonly eventName: "INSERT" | "MODIFY" | "REMOVE";
  readonly eventId: string;
  readonly keys: Item;
  readonly newImage: Item | null;
  readonly oldImage: Item | null;
}

export const HASHES = 2 ** 32;
/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html */
export const RETENTION_MS = 24 * 3600_000;

export type StreamStore = ReturnType<typeof openStreamStore>;

export function openStreamStore({ database, now }: Cloud) {
  const { sql } = database;
  const streams = new Map(database.documents<ChangeStream>("dynamodb.stream").map(({ key, value }) => [key, value]));
  const counters = new Map<string, number>();
  const insert = sql.prepare(
    "INSERT INTO stream_record (stream, shard, counter, created, bytes, json) VALUES (?, ?, ?, ?, ?, ?)",
  );
  const last = sql.prepare("SELECT max(counter) AS counter FROM stream_record WHERE stream = ? AND shard = ?");
  const select = sql.prepare(
    "SELECT counter, created, bytes, json FROM stream_record WHERE stream = ? AND shard = ? AND counter >= ? AND created > ? ORDER BY counter",
  );
  const exists = sql.prepare(
    "SELECT 1 FROM stream_record WHERE stream = ? AND shard = ? AND counter = ? AND created > ?",
  );
  const before = sql.prepare(
    "SELECT created FROM stream_record WHERE stream = ? AND shard = ? AND counter < ? ORDER BY counter DESC LIMIT 1",
  );
  const trim = sql.prepare("DELETE FROM stream_record WHERE stream = ? AND created <= ?");
  const horizon = () => now() - RETENTION_MS;

  for (const stream of streams.values()) {
    if (stream.disabledAt !== null && stream.disabledAt <= horizon()) remove(stream);
    else trim.run(stream.arn, horizon());
  }

  function save(stream: ChangeStream): ChangeStream {
    streams.set(stream.arn, stream);
    database.saveDocument("dynamodb.stream", stream.arn, stream);
    return stream;
  }

  function remove(stream: ChangeStream): void {
    streams.delete(stream.arn);
    database.removeDocument("dynamodb.stream", stream.arn);
    trim.run(stream.arn, Number.MAX_SAFE_INTEGER);
  }

  /** Rising over the whole stream, so that children always come after their parents. */
  function nextCounter(stream: ChangeStream): number {
    let counter = counters.get(stream.arn);
    if (counter === undefined) {
      counter = 1;
      for (const { id, startCounter, endCounter } of stream.shards) {
        const written = Number(last.get(stream.arn, id)?.counter ?? 0);
        counter = Math.max(counter, written + 1, startCounter + 1, (endCounter ?? 0) + 1);
      }
      counters.set(stream.arn, counter);
    }
    return counter;
  }

  function takeCounter(stream: ChangeStream): number {
    const counter = nextCounter(stream);
    counters.set(stream.arn, counter + 1);
    return counter;
  }

  return {
    /** null also after the last of its records is gone. */
    find(arn: string): ChangeStream | null {
      const stream = streams.get(arn);
      return stream && (stream.disabledAt === null || stream.disabledAt > horizon()) ? stream : null;
    },
    list: (accountId: string, region: string): ChangeStream[] =>
      [...streams.values()]
        .filter((stream) => stream.accountId === accountId && stream.region === region)
        .sort((a, b) => (a.arn < b.arn ? -1 : 1)),
    enable(table: Table, viewType: StreamViewType): ChangeStream {
      const label = new Date(now()).toISOString().slice(0, -1);
      return save({
        arn: `${tableArn(table)}/stream/${label}`,
        label,
        accountId: table.accountId,
        region: table.region,
        tableName: table.name,
        keySchema: [
          { AttributeName: table.partitionKey.name, KeyType: "HASH" },
          ...(table.sortKey ? [{ AttributeName: table.sortKey.name, KeyType: "RANGE" as const }] : []),
        ],
        viewType,
        createdAt: now(),
        disabledAt: null,
        shards: [newShard(null, 0, HASHES, 0, now())],
      });
    },
    /** Its shards close; its records stay readable until they are a day old. */
    disable(stream: ChangeStream): void {
      const endCounter = takeCounter(stream);
      save({
        ...stream,
        disabledAt: now(),
        shards: stream.shards.map((shard) =>
          shard.endCounter === null ? { ...shard, endCounter, closedAt: now() } : shard,
        ),
      });
    },
    /** Closes every open shard and opens its children in one step, as AWS does by itself every few hours. */
    roll(stream: ChangeStream, childrenEach: 1 | 2): ChangeStream {
      const boundary = takeCounter(stream);
      const closing = stream.shards.filter((shard) => shard.endCounter === null);
      const children = closing.flatMap(({ id, fromHash, toHash }) => {
        const middle = fromHash + Math.floor((toHash - fromHash) / 2);
        return childrenEach === 1
          ? [newShard(id, fromHash, toHash, boundary, now())]
          : [newShard(id, fromHash, middle, boundary, now()), newShard(id, middle, toHash, boundary, now())];
      });
      const shards = stream.shards.map((shard) =>
        closing.includes(shard) ? { ...shard, endCounter: boundary, closedAt: now() } : shard,
      );
      return save({ ...stream, shards: [...shards, ...children] });
    },
    /** To be called in the transaction of the change itself. */
    append(stream: ChangeStream, table: Table, { before, after, hash }: Change): void {
      const shard = stream.shards.find(
        ({ endCounter, fromHash, toHash }) => endCounter === null && hash >= fromHash && hash < toHash,
      );
      const item = after ?? before;
      if (!shard || !item) return;
      const { viewType } = stream;
      const keys = keyOf(table, item);
      const newImage = viewType === "NEW_IMAGE" || viewType === "NEW_AND_OLD_IMAGES" ? after : null;
      const oldImage = viewType === "OLD_IMAGE" || viewType === "NEW_AND_OLD_IMAGES" ? before : null;
      const eventName = !before ? "INSERT" : after ? "MODIFY" : "REMOVE";
      const json = JSON.stringify({ eventName, eventId: randomBytes(16).toString("hex"), keys, newImage, oldImage });
      insert.run(stream.arn, shard.id, takeCounter(stream), now(), Buffer.byteLength(json), json);
    },
    nextCounter,
    /** From the counter on, without what is older than a day. */
    *read(stream: ChangeStream, shardId: string, counter: number): Generator<StreamRecord> {
      for (const row of select.iterate(stream.arn, shardId, counter, horizon())) {
        yield {
          ...(JSON.parse(String(row.json)) as Pick<
            StreamRecord,
            "eventName" | "eventId" | "keys" | "newImage" | "oldImage"
          >),
          counter: Number(row.counter),
          created: Number(row.created),
          bytes: Number(row.bytes),
        };
      }
    },
    holds: (stream: ChangeStream, shardId: string, counter: number): boolean =>
      exists.get(stream.arn, shardId, counter, horizon()) !== undefined,
    /** When the last record before this counter came, in epoch ms; null where there is none. */
    createdBefore(stream: ChangeStream, shardId: string, counter: number): number | null {
      const record = before.get(stream.arn, shardId, counter);
      return record ? Number(record.created) : null;
    },
    /** Shards whose records may still be there. */
    liveShards: (stream: ChangeStream): StreamShard[] =>
      stream.shards.filter(({ closedAt }) => closedAt === null || closedAt > horizon()),
  };
}

function newShard(
  parentId: string | null,
  fromHash: number,
  toHash: number,
  startCounter: number,
  now: number,
): StreamShard {
  const id = `shardId-${String(now).padStart(20, "0")}-${randomBytes(4).toString("hex")}`;
  return { id, parentId, fromHash, toHash, startCounter, endCounter: null, closedAt: null };
}

/** 28 digits, like the real ones. */
export function sequenceNumber(counter: number): string {
  return `1${String(counter).padStart(27, "0")}`;
}

export function counterOf(sequence: string): number | null {
  return /^1\d{27}$/.test(sequence) ? Number(sequence.slice(1)) : null;
}
