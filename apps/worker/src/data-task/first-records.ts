import type { ReadBatch, Reader, SourceRecord } from "@letsdata/plugin-kit/reader";
import { openPatience } from "./patience.ts";

export interface FirstRecordsInput {
  readonly reader: Reader;
  readonly wanted: number;
  /** Longest wait for a batch with records; of a source that lends them, for all of them together. */
  readonly waitMilliseconds: number;
  readonly stop: AbortSignal;
}

/** What a reading turned out to be; filled while its records are taken. */
export interface ReadingSeen {
  records: number;
  storedBytes: number;
  /** Of batches with records: how long each was waited for. */
  readonly waits: { readonly records: number; readonly milliseconds: number }[];
  /** True when the source has no more than what was taken. */
  ended: boolean;
  /** True when the patience ended the reading. */
  silent: boolean;
  readonly notices: string[];
}

export function nothingSeen(): ReadingSeen {
  return { records: 0, storedBytes: 0, waits: [], ended: false, silent: false, notices: [] };
}

/** The first records, batch by batch. A source that lends its records has them back before the first of them is handled. */
export async function* firstRecords(
  { reader, wanted, waitMilliseconds, stop }: FirstRecordsInput,
  seen: ReadingSeen,
): AsyncGenerator<readonly SourceRecord[]> {
  const isLent = reader.giveBack !== undefined;
  const lent: SourceRecord[] = [];
  let taken = 0;
  for await (const batch of batchesOf(reader, { waitMilliseconds, stop, isLent }, seen)) {
    const records = batch.records.slice(0, wanted - taken);
    taken += records.length;
    const isFull = taken === wanted;
    if (isLent) lent.push(...records);
    else if (records.length > 0) yield records;
    if (isFull) break;
    if (isLent && taken > 0 && batch.records.length === 0) {
      seen.ended = !batch.awaitsAcknowledgement;
      break;
    }
  }
  if (reader.giveBack) {
    seen.notices.push(...(await reader.giveBack()));
    if (lent.length > 0) yield lent;
  }
}

/** Until the source ends, patience is at its end, or the trial is stopped. */
async function* batchesOf(
  reader: Reader,
  limits: Pick<FirstRecordsInput, "waitMilliseconds" | "stop"> & { readonly isLent: boolean },
  seen: ReadingSeen,
): AsyncGenerator<ReadBatch> {
  const patience = openPatience(limits.waitMilliseconds);
  const signal = AbortSignal.any([patience.signal, limits.stop]);
  const batches = reader.read(null, signal)[Symbol.asyncIterator]();
  try {
    for (;;) {
      const began = performance.now();
      const next = await patience
        .during(() => batches.next())
        .catch((thrown: unknown) => {
          if (signal.aborted) return null;
          throw thrown;
        });
      if (next === null || next.done) {
        seen.silent = patience.signal.aborted;
        seen.ended = !signal.aborted;
        return;
      }
      const { records, bytesRead } = next.value;
      seen.records += records.length;
      seen.storedBytes += bytesRead;
      if (records.length > 0) {
        seen.waits.push({ records: records.length, milliseconds: performance.now() - began });
        if (!limits.isLent) patience.renew();
      }
      yield next.value;
    }
  } finally {
    await batches.return?.();
  }
}

/** The usual time a record takes to come; the first batch counts only where it is the only one, as it includes connecting. */
export function millisecondsPerRecord(waits: ReadingSeen["waits"]): number | null {
  const warm = waits.length > 1 ? waits.slice(1) : waits;
  const each = warm.map(({ records, milliseconds }) => milliseconds / records).sort((a, b) => a - b);
  return each[Math.floor(each.length / 2)] ?? null;
}
