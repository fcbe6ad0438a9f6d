import { byteLengthOf, type ReadBatch } from "@letsdata/plugin-kit/reader";
import type { ReadAhead } from "./read-ahead.ts";

/** The first so many records of what was read, and the rest; null where it cannot be divided there. What was transferred counts with the first. */
export function divideBatch(whole: ReadAhead, records: number): readonly [ReadAhead, ReadAhead] | null {
  const { batch, readBegan } = whole;
  const { positionBehind } = batch;
  if (positionBehind === undefined || records >= batch.records.length) return null;
  const first: ReadBatch = {
    records: batch.records.slice(0, records),
    nextPosition: positionBehind(records),
    bytesRead: batch.bytesRead,
  };
  const rest: ReadBatch = {
    ...batch,
    records: batch.records.slice(records),
    positionBehind: (more) => positionBehind(records + more),
    bytesRead: 0,
  };
  let recordBytes = 0;
  for (const record of first.records) recordBytes += byteLengthOf(record);
  return [
    { batch: first, readBegan, recordBytes },
    { batch: rest, readBegan, recordBytes: whole.recordBytes - recordBytes },
  ];
}
