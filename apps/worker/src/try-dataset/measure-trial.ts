import type { Trial } from "@letsdata/compute/trial";

/** What a trial tells of the usual record; null where no record came so far. */
export interface Measured {
  readonly handlerSecondsPerRecord: number | null;
  /** A call of the model with the texts of one record; null where none is called. */
  readonly modelSecondsPerRecord: number | null;
  readonly readSecondsPerRecord: number | null;
  /** Of documents, over all records: those that became none count as 0. */
  readonly writtenBytesPerRecord: number;
}

export function measureTrial({ read, records }: Pick<Trial, "read" | "records">): Measured {
  const written = records.reduce(
    (sum, { outcome, document }) =>
      outcome === "document" && document ? sum + (document.countedBytes ?? document.body.bytes) : sum,
    0,
  );
  return {
    handlerSecondsPerRecord: usualSeconds(records.map(({ milliseconds }) => milliseconds)),
    modelSecondsPerRecord: usualSeconds(records.flatMap(({ modelMilliseconds }) => modelMilliseconds ?? [])),
    readSecondsPerRecord: read.millisecondsPerRecord === null ? null : read.millisecondsPerRecord / 1_000,
    writtenBytesPerRecord: records.length === 0 ? 0 : written / records.length,
  };
}

/** The median leaves out the first record, which warms the handler up. */
function usualSeconds(milliseconds: readonly number[]): number | null {
  const median = milliseconds.toSorted((a, b) => a - b)[Math.floor(milliseconds.length / 2)];
  return median === undefined ? null : median / 1_000;
}
