import type { Warn } from "@letsdata/plugin-kit/connector";
import { Problem } from "@letsdata/plugin-kit/problems";
import type { Position, ReadBatch, Reader, SourceRecord } from "@letsdata/plugin-kit/reader";
import type { ShardDefinition } from "./plan-shards.ts";
import { PollPace } from "./poll-pace.ts";
import { CLOCKS_APART_MS_MAX, type ReaderClock, SIGN_OF_LIFE_MS, systemClock } from "./reader-clock.ts";
import { ShardTip, type SilentTip } from "./shard-tip.ts";
import { sourceMissing } from "./source-missing.ts";

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
  /** `readUntil`: epoch milliseconds; nothing that arrived before is unread. Sources that tell a trimmed place ignore it. */
  | { readonly kind: "at" | "after"; readonly sequenceNumber: string; readonly readUntil: number };

export type SequencePlace = Extract<ShardPlace, { readonly sequenceNumber: string }>;

export function isSequence(place: ShardPlace): place is SequencePlace {
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
  /** How much younger the shard's newest record is than the end of this page; 0: nothing newer is there; null where the source does not say. */
  readonly millisBehindTip: number | null;
  readonly bytesRead: number;
}

export interface ShardStart {
  readonly iterator: string;
  /** By the stream's own clock, which stamps its records, in epoch milliseconds: not before its answer, and at most a second behind it. */
  readonly answeredAt: number;
}

/** The two calls in which streams differ. Both throw Problems; RESOURCE_NOT_FOUND when it is the stream that is gone, POSITION_EXPIRED when the place, a sequence number, or what follows the iterator was trimmed. */
export interface ShardSource {
  /** Of the stream. */
  readonly arn: string;
  /** Stream and shard, for messages. */
  readonly name: string;
  /** Null where `millisBehindTip` tells. */
  readonly silentTip: SilentTip | null;
  readonly arrivalPrecisionMs: number;
  /** Least distance of two calls. */
  readonly millisecondsBetweenReads: number;
  /** Null when the stream no longer keeps the shard and there is no place in it to go on from. */
  iteratorAt(place: ShardPlace, signal: AbortSignal): Promise<ShardStart | null>;
  readPage(iterator: string, signal: AbortSignal): Promise<ShardPage | "iterator expired">;
}

/** Of the last record handed out or left out (or, with `isBefore`, of the one that comes first), and when the task began to read, by the stream's clock: the tip it goes to with AtLatest. */
interface ShardPosition {
  readonly sequenceNumber: string | null;
  readonly began: number;
  readonly readUntil: number;
  readonly isBefore?: 1;
}

/** Reads one shard of a Kinesis or DynamoDB stream from its start to its stop condition (product.md §5). */
export function openShardReader(
  source: ShardSource,
  definition: ShardDefinition,
  { clock = systemClock, warn }: { readonly clock?: ReaderClock; readonly warn?: Warn | undefined } = {},
): Reader {
  const { startFrom, startFromTimestamp, stopCondition } = definition;
  const missing = sourceMissing(`The stream ${source.arn}`);
  const start: ShardPlace =
    startFromTimestamp === undefined ? { kind: "oldest" } : { kind: "time", epochMs: startFromTimestamp };

  async function* read(from: Position | null, signal: AbortSignal): AsyncGenerator<ReadBatch> {
    const resumed = from === null ? null : shardPosition(from, source.name);
    let hasBegun = resumed !== null;
    let began = resumed?.began ?? clock.now();
    let sequenceNumber = resumed?.sequenceNumber ?? null;
    let isBefore = resumed?.isBefore === 1;
    let isStart = resumed === null;
    let iterator: string | null = null;
    let readUntil = resumed?.readUntil ?? 0;
    const tip = new ShardTip(source.silentTip);
    let isFirstPage = false;
    let hasLeapt = false;
    const pace = new PollPace(definition.pollFrequency);
    const batchOf = (records: readonly SourceRecord[], bytesRead: number): ReadBatch => ({
      records,
      nextPosition: { sequenceNumber, began, readUntil, ...(isBefore ? { isBefore: 1 } : {}) } satisfies ShardPosition &
        Position,
      bytesRead,
    });

    async function* pause(milliseconds: number): AsyncGenerator<ReadBatch> {
      for (let left = milliseconds; left > 0 && !signal.aborted; left -= SIGN_OF_LIFE_MS) {
        await clock.sleep(Math.min(left, SIGN_OF_LIFE_MS), signal);
        if (left > SIGN_OF_LIFE_MS) yield batchOf([], 0);
      }
    }

    /** What was trimmed before anything was promised, records being handed out or left in front of it, is as if it had never been there. */
    const orTrimmed = (thrown: unknown): "trimmed" => {
      const isPassedOver = readUntil + source.arrivalPrecisionMs <= (startFromTimestamp ?? 0);
      const isExpired = thrown instanceof Problem && thrown.code === "POSITION_EXPIRED";
      return isExpired && (sequenceNumber === null || isPassedOver) ? "trimmed" : missing(thrown);
    };

    function* beginAgain(): Generator<ReadBatch> {
      iterator = null;
      sequenceNumber = null;
      isBefore = false;
      isStart = true;
      readUntil = 0;
      yield batchOf([], 0);
    }

    // What comes before a start that is still to come is not read just to be left out. Latest has no such wait: its time is the stream's.
    if (startFrom === "AtTimestamp" && sequenceNumber === null && stopCondition !== "AtLatest") {
      yield* pause((startFromTimestamp ?? 0) - clock.now());
    }
    while (!signal.aborted) {
      if (iterator === null) {
        const place: ShardPlace =
          sequenceNumber === null ? start : { kind: isBefore ? "at" : "after", sequenceNumber, readUntil };
        const opened: ShardStart | null | "trimmed" = await source.iteratorAt(place, signal).catch(orTrimmed);
        if (opened === "trimmed") {
          yield* beginAgain();
          continue;
        }
        if (opened === null) {
          warn?.(`${source.name} is no longer there: what was not read of it is lost, and reading it ends here.`);
          return;
        }
        iterator = opened.iterator;
        isFirstPage = true;
        hasLeapt = false;
        tip.opened(opened.answeredAt);
        if (!hasBegun) began = opened.answeredAt;
        hasBegun = true;
      }
      const askedAt = clock.now();
      const page: ShardPage | "iterator expired" | "trimmed" = await source.readPage(iterator, signal).catch(orTrimmed);
      if (page === "trimmed") {
        yield* beginAgain();
        continue;
      }
      if (page === "iterator expired") {
        iterator = null;
        continue;
      }
      let { bytesRead } = page;
      const pageUntil = page.millisBehindTip === null ? 0 : askedAt - page.millisBehindTip;
      // Nothing that arrived before `readUntil` is unread. A long stretch without records would be walked again, page by empty page.
      const isKnown = sequenceNumber === null ? readUntil > began : !isBefore;
      const knownUntil = readUntil - CLOCKS_APART_MS_MAX;
      const isOnTheWay = page.millisBehindTip !== null && page.records.length === 0 && page.nextIterator !== null;
      if (isFirstPage && isKnown && isOnTheWay && pageUntil < knownUntil) {
        const leap = await source.iteratorAt({ kind: "time", epochMs: knownUntil }, signal).catch(missing);
        iterator = leap?.iterator ?? page.nextIterator;
        isFirstPage = false;
        hasLeapt = leap !== null;
        yield* pause(source.millisecondsBetweenReads);
        continue;
      }
      isFirstPage = false;
      const isDone = ({ sequenceNumber: number }: ShardRecord) => BigInt(number) <= BigInt(sequenceNumber ?? -1);
      const found = hasLeapt ? page.records.filter((record) => !isDone(record)) : page.records;
      let handedOut = 0;
      for (const batch of inBatches(found)) {
        if (isStart) yield startOf(batch[0]!, began);
        isStart = false;
        isBefore = false;
        const last = batch.at(-1)!;
        sequenceNumber = last.sequenceNumber;
        handedOut += batch.length;
        readUntil = found[handedOut]?.arrivedAt ?? Math.max(last.arrivedAt, pageUntil);
        const wanted = batch.filter(
          ({ arrivedAt }) => arrivedAt + source.arrivalPrecisionMs > (startFromTimestamp ?? 0),
        );
        const whole = batchOf(
          wanted.map(({ record }) => record),
          bytesRead,
        );
        const positionBehind = (count: number): Position => ({
          sequenceNumber: wanted[count - 1]!.sequenceNumber,
          began,
          readUntil: wanted[count]!.arrivedAt,
        });
        yield { ...whole, positionBehind };
        bytesRead = 0;
      }
      iterator = page.nextIterator;
      if (iterator === null) return;
      if (!isBefore) readUntil = Math.max(readUntil, pageUntil);
      const isIdle = page.records.length === 0;
      const place = await tip.placeOf(page, signal).catch(missing);
      if (stopCondition === "AtLatest") {
        const isPastTip = page.records.some(({ arrivedAt }) => arrivedAt > began);
        if (place === "there" || isPastTip) return;
      }
      if (isIdle) yield batchOf([], bytesRead);
      const isBehind = !isIdle || place === "behind";
      let pauseMs = pace.pauseAfter(isBehind);
      if (!isBehind && stopCondition === "AtLatest") pauseMs = AT_LATEST_POLL_MS;
      yield* pause(Math.max(pauseMs, source.millisecondsBetweenReads));
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
