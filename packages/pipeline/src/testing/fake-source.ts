import type { Position, Reader, SourceRecord } from "@letsdata/plugin-kit/reader";

const encoder = new TextEncoder();

/** Records of the given texts, as a line file's reader would yield them; `start` is the line's number. */
export function sourceRecords(texts: readonly string[]): readonly SourceRecord[] {
  const source = { type: "LOG", name: "log.gz" };
  return texts.map((text, n) => ({ source, start: n, end: n + 1, body: encoder.encode(text), attributes: {} }));
}

/** `batchSizes` are used in turn; `onRead` runs before each batch and may sleep or throw. */
export function fakeReader(
  records: readonly SourceRecord[],
  {
    batchSizes = [10],
    isDivisible = false,
    onRead,
    acknowledged,
  }: {
    readonly batchSizes?: readonly number[];
    /** Batches have positions behind each of their records, too. */
    readonly isDivisible?: boolean;
    readonly onRead?: (firstIndex: number, signal: AbortSignal) => Promise<void> | void;
    readonly acknowledged?: (readonly SourceRecord["start"][])[];
  } = {},
): Reader {
  return {
    async *read(from: Position | null, signal: AbortSignal) {
      let next = from === null ? 0 : Number(from.next);
      for (let turn = 0; next < records.length && !signal.aborted; turn++) {
        await onRead?.(next, signal);
        if (signal.aborted) return;
        const first = next;
        const batch = records.slice(next, next + batchSizes[turn % batchSizes.length]!);
        next += batch.length;
        const bytesRead = batch.reduce((sum, record) => sum + record.body.length, 0);
        const positionBehind = (count: number): Position => ({ next: first + count });
        yield { records: batch, nextPosition: { next }, bytesRead, ...(isDivisible ? { positionBehind } : {}) };
      }
    },
    ...(acknowledged
      ? {
          acknowledge: async (starts: readonly SourceRecord["start"][]) => {
            acknowledged.push(starts);
          },
        }
      : {}),
    close: async () => {},
  };
}
