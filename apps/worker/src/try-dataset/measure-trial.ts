import type { Trial } from "@letsdata/compute/trial";

/** What a trial tells of the usual record; null where no record came so far. */
export interface Measured {
  readonly handlerSecondsPerRecord: number | null;
  readonly readSecondsPerRecord: number | null;
  /** Of documents, over all records: those that became none count as 0. */
  readonly writtenBytesPerRecord: number;
}

export function measureTrial({ read, records }: Pick<Trial, "read" | "records">): Measured {
  const handled = records.map(({ milliseconds }) => milliseconds).sort((a, b) => a - b);
  const written = records.reduce(
    (sum, { outcome, document }) =>
      outcome === "document" && document ? sum + (document.countedBytes ?? document.body.bytes) : sum,
    0,
  );
  // The median leaves out the first record, which warms the handler up.
  const median = handled[Math.floor(handled.length / 2)];
  return {
    handlerSecondsPerRecord: median === undefined ? null : median / 1_000,
    readSecondsPerRecord: read.millisecondsPerRecord === null ? null : read.millisecondsPerRecord / 1_000,
    writtenBytesPerRecord: records.length === 0 ? 0 : written / records.length,
  };
}
