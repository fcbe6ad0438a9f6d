import { Problem } from "@letsdata/plugin-kit/problems";
import type { Position, ReadBatch, Reader, SourceRecord } from "@letsdata/plugin-kit/reader";
import type { ShardDefinition } from "./plan-shards.ts";
import { PollPace } from "./poll-pace.ts";
import { SIGN_OF_LIFE_MS, systemClock } from "./reader-clock.ts";

/** A batch is one page of the stream at most, and no more than this: checkpoints fall between batches. */
const BATCH_RECORDS_MAX = 1_000;
const BATCH_BYTES_MAX = 1024 * 1024;
/** Between empty reads of a task that ends at the tip. */
const AT_LATEST_POLL_MS = 250;

/** Where an iterator starts. */
export type ShardPlace =
  | { readonly kind: "oldest" }
  /** At or after, in epoch milliseconds; a source that cannot seek by time starts at its oldest record. */
  | { readonly kind: "time"; readonly epochMs: number }
  /** `readUntil`: epoch milliseconds up to which everything that arrived was read; sources that tell a trimmed place ignore it. */
  | { readonly kind: "at" | "after"; readonly sequenceNumber: string; readonly readUntil: number };

export function isSequence(place: ShardPlace): place is Extract<ShardPlace, { readonly sequenceNumber: string }> {
  return place.kind === "at" || place.kind === "after";
}

export interface ShardRecord {
  /** Asked for once, when its batch is made: a page of packed records is never unpacked as a whole. */
  readonly record: SourceRecord;
  readonly sequenceNumber: string;
  /** Epoch milliseconds, rounded down to the source's `arrivalPrecisionMs`. */
  readonly arrivedAt: number;
}

export interface ShardPage {
  readonly records: readonly ShardRecord[];
  /** Null when the shard is closed and read out. */
  readonly nextIterator: string | null;
  /** True when the source says that nothing newer is there. */
  readonly isAtTip: boolean;
  readonly bytesRead: number;
}

/** The two calls in which streams differ. Both throw Problems; POSITION_EXPIRED when the place was trimmed. */
export interface ShardSource {
  /** Stream and shard, for messages. */
  readonly name: string;
  /** Empty reads in a row after which an open shard counts as read to its tip; null where `isAtTip` tells. */
  readonly emptyReadsAtTip: number | null;
  readonly arrivalPrecisionMs: number;
  /** Least distance of two calls. */
  readonly millisecondsBetweenReads: number;
  iteratorAt(place: ShardPlace, signal: AbortSignal): Promise<string>;
  readPage(iterator: string, signal: AbortSignal): Promise<ShardPage | "iterator expired">;
}

/** Of the last record handed out or left out (or, with `isBefore`, of the one that comes first), and when the task began to read: the tip it goes to with AtLatest. */
interface ShardPosition {
  readonly sequenceNumber: string | null;
  readonly began: number;
  readonly readUntil: number;
  readonly isBefore?: 1;
}

/** Reads one shard of a Kinesis or DynamoDB stream from its start to its stop condition (product.md §5). */
export function openShardReader(source: ShardSource, definition: ShardDefinition, clock = systemClock): Reader {
  const { startFromTimestamp, stopCondition } = definition;
  const start: ShardPlace =
    startFromTimestamp === undefined ? { kind: "oldest" } : { kind: "time", epochMs: startFromTimestamp };

  async function* read(from: Position | null, signal: AbortSignal): AsyncGenerator<ReadBatch> {
    const resumed = from === null ? null : shardPosition(from, source.name);
    const began = resumed?.began ?? clock.now();
    let sequenceNumber = resumed?.sequenceNumber ?? null;
    let isBefore = resumed?.isBefore === 1;
    let isStart = resumed === null;
    let iterator: string | null = null;
    let readUntil = resumed?.readUntil ?? began;
    let emptyReads = 0;
    const pace = new PollPace(definition.pollFrequency);
    const batchOf = (records: readonly SourceRecord[], bytesRead: number): ReadBatch => ({
      records,
      nextPosition: { sequenceNumber, began, readUntil, ...(isBefore ? { isBefore: 1 } : {}) } satisfies ShardPosition &
        Position,
      bytesRead,
    });

    while (!signal.aborted) {
      iterator ??= await source.iteratorAt(
        sequenceNumber === null ? start : { kind: isBefore ? "at" : "after", sequenceNumber, readUntil },
        signal,
      );
      const askedAt = clock.now();
      const page = await source.readPage(iterator, signal);
      if (page === "iterator expired") {
        iterator = null;
        continue;
      }
      let { bytesRead } = page;
      for (const batch of inBatches(page.records)) {
        if (isStart) yield startOf(batch[0]!, began);
        isStart = false;
        isBefore = false;
        const last = batch.at(-1)!;
        sequenceNumber = last.sequenceNumber;
        readUntil = last.arrivedAt;
        const wanted = batch.filter(
          ({ arrivedAt }) => arrivedAt + source.arrivalPrecisionMs > (startFromTimestamp ?? 0),
        );
        yield batchOf(
          wanted.map(({ record }) => record),
          bytesRead,
        );
        bytesRead = 0;
      }
      iterator = page.nextIterator;
      if (iterator === null) return;
      if (page.isAtTip) readUntil = askedAt;
      const isIdle = page.records.length === 0;
      emptyReads = isIdle ? emptyReads + 1 : 0;
      if (stopCondition === "AtLatest") {
        const isPastTip = page.records.some(({ arrivedAt }) => arrivedAt > began);
        const isSilent = source.emptyReadsAtTip !== null && emptyReads >= source.emptyReadsAtTip;
        if (page.isAtTip || isPastTip || isSilent) return;
      }
      if (isIdle) yield batchOf([], bytesRead);
      // Kinesis answers empty pages on its way over a stretch without records.
      const isBehind = source.emptyReadsAtTip === null && !page.isAtTip;
      let pauseMs = pace.pauseAfter(!isIdle || isBehind);
      if (isIdle && stopCondition === "AtLatest") pauseMs = AT_LATEST_POLL_MS;
      pauseMs = Math.max(pauseMs, source.millisecondsBetweenReads);
      while (pauseMs > 0 && !signal.aborted) {
        await clock.sleep(Math.min(pauseMs, SIGN_OF_LIFE_MS), signal);
        pauseMs -= SIGN_OF_LIFE_MS;
        if (pauseMs > 0) yield batchOf([], 0);
      }
    }
  }

  return { read, close: () => Promise.resolve() };
}

/** Sought by its number, the first record is found again or told to be gone; the oldest one may be another by then. */
function startOf({ sequenceNumber, arrivedAt }: ShardRecord, began: number): ReadBatch {
  const nextPosition = { sequenceNumber, began, readUntil: arrivedAt, isBefore: 1 } satisfies ShardPosition & Position;
  return { records: [], nextPosition, bytesRead: 0, isStart: true };
}

function* inBatches(records: readonly ShardRecord[]): Generator<readonly ShardRecord[]> {
  let batch: ShardRecord[] = [];
  let bytes = 0;
  for (const { record, sequenceNumber, arrivedAt } of records) {
    const { length } = record.body;
    if (batch.length >= BATCH_RECORDS_MAX || (bytes + length > BATCH_BYTES_MAX && batch.length > 0)) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push({ record, sequenceNumber, arrivedAt });
    bytes += length;
  }
  if (batch.length > 0) yield batch;
}

function shardPosition({ sequenceNumber, began, readUntil, isBefore }: Position, name: string): ShardPosition {
  const isPlace = typeof sequenceNumber === "string" || sequenceNumber === null;
  if (isPlace && typeof began === "number" && typeof readUntil === "number") {
    return { sequenceNumber, began, readUntil, ...(isBefore === 1 ? { isBefore } : {}) };
  }
  throw new Problem("INTERNAL", `The checkpoint of ${name} is not one of a shard reader.`);
}
