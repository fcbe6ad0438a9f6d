import type { Position, Reader, SourceRecord } from "@letsdata/plugin-kit/reader";

/** A queue in memory that outlives its readers: what was not acknowledged is handed out again, in its order, to the next one. */
export class FakeQueue {
  readonly #waiting: Map<SourceRecord["start"], SourceRecord>;
  readonly #onAcknowledge: (record: SourceRecord) => void;

  /** `onAcknowledge` runs as a record leaves the queue for good. */
  constructor(records: readonly SourceRecord[], onAcknowledge: (record: SourceRecord) => void = () => {}) {
    this.#waiting = new Map(records.map((record) => [record.start, record]));
    this.#onAcknowledge = onAcknowledge;
  }

  get size(): number {
    return this.#waiting.size;
  }

  openReader(batchSizes: readonly number[]): Reader {
    const waiting = [...this.#waiting.values()];
    return {
      async *read(from: Position | null, signal: AbortSignal) {
        let polls = Number(from?.polls ?? 0);
        for (let next = 0; next < waiting.length && !signal.aborted; ) {
          const records = waiting.slice(next, next + batchSizes[polls % batchSizes.length]!);
          next += records.length;
          polls += 1;
          const bytesRead = records.reduce((sum, { body }) => sum + body.length, 0);
          const nextPosition = { polls };
          const awaitsAcknowledgement = polls % 2 === 0;
          yield { records, nextPosition, positionBehind: () => nextPosition, bytesRead, awaitsAcknowledgement };
        }
      },
      acknowledge: async (starts: readonly SourceRecord["start"][]) => {
        for (const start of starts) {
          const record = this.#waiting.get(start);
          if (record && this.#waiting.delete(start)) this.#onAcknowledge(record);
        }
      },
      close: async () => {},
    };
  }
}
