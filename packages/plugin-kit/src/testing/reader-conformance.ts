import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { Problem } from "../problems.ts";
import { byteLengthOf, type Position, type ReadBatch, type Reader } from "../reader.ts";

export interface ReaderConformance {
  /** Opens a reader on a source that always holds the same records (at least two batches' worth, and that ends). */
  readonly openReader: () => Promise<Reader> | Reader;
  /** How many records the source holds, where known. */
  readonly recordCount?: number;
  /** Opens a reader on a source of its own with a batch of records at least, and says how that source is removed: bucket, stream, table or queue. */
  readonly openRemovable?: () => Promise<{ readonly reader: Reader; readonly remove: () => Promise<void> }>;
  /** Queues hand out what was not acknowledged, and have no positions. Default true. */
  readonly resumable?: boolean;
  /** Sources that never end by themselves cannot be read out: then reading stops after so many records. */
  readonly readAtMost?: number;
  /** How much of a failed record is archived. Default: all of it. */
  readonly errorBodyBytesMax?: number;
  /** Milliseconds an abort may take. Default 2,000. */
  readonly abortMilliseconds?: number;
}

const TURN_MILLISECONDS = 10;
/** Of tests that read the source a dozen times: on a busy machine more than a test usually has. */
const READ_OFTEN_MILLISECONDS = 180_000;

/** What every reader promises the pipeline. */
export function testReader(name: string, conformance: ReaderConformance): void {
  const { resumable = true, readAtMost = Number.POSITIVE_INFINITY, abortMilliseconds = 2_000 } = conformance;

  const readFrom = async (position: Position | null): Promise<ReadBatch[]> => {
    const reader = await conformance.openReader();
    const abort = new AbortController();
    const batches: ReadBatch[] = [];
    let records = 0;
    try {
      for await (const batch of acknowledged(reader, position, abort.signal)) {
        batches.push(batch);
        records += batch.records.length;
        if (records >= readAtMost) break;
      }
    } finally {
      abort.abort();
      await reader.close();
    }
    return batches;
  };

  const identities = (batches: readonly ReadBatch[]): string[] =>
    batches.flatMap((batch) =>
      batch.records.map((record) =>
        [
          record.source.type,
          record.source.name,
          record.start,
          record.end,
          Buffer.from(record.body).toString("hex"),
        ].join("|"),
      ),
    );

  const withinLimit = async (promise: Promise<unknown>): Promise<"ended" | "still running"> => {
    let hasEnded = false;
    const end = () => {
      hasEnded = true;
    };
    promise.then(end, end);
    // By this process's own turns: while a busy machine holds it up, the reader cannot end either.
    for (let left = abortMilliseconds; left > 0 && !hasEnded; left -= TURN_MILLISECONDS) await delay(TURN_MILLISECONDS);
    return hasEnded ? "ended" : "still running";
  };

  describe(`${name} keeps the reader's promises`, () => {
    it("yields every record once, each at its own place", async () => {
      const batches = await readFrom(null);
      const records = batches.flatMap((batch) => batch.records);
      expect(records.length).toBeGreaterThan(0);
      if (conformance.recordCount !== undefined) expect(records.length).toBe(conformance.recordCount);
      const places = new Set(records.map(({ source, start }) => `${source.type}|${source.name}|${start}`));
      expect(places.size).toBe(records.length);
    });

    it("gives positions that survive storage as JSON and sizes that are not negative", async () => {
      for (const batch of await readFrom(null)) {
        expect(JSON.parse(JSON.stringify(batch.nextPosition))).toEqual(batch.nextPosition);
        expect(batch.bytesRead).toBeGreaterThanOrEqual(0);
        for (const record of batch.records) expect(byteLengthOf(record)).toBe(record.body.length);
      }
    });

    it("says how much of a failed record is archived", async () => {
      const reader = await conformance.openReader();
      expect(reader.errorBodyBytesMax).toBe(conformance.errorBodyBytesMax);
      await reader.close();
    });

    it("does not change records it has handed out", async () => {
      const reader = await conformance.openReader();
      const abort = new AbortController();
      const atOnce: string[] = [];
      const kept: ReadBatch[] = [];
      let records = 0;
      for await (const batch of acknowledged(reader, null, abort.signal)) {
        atOnce.push(...identities([batch]));
        kept.push(batch);
        records += batch.records.length;
        if (records >= readAtMost) break;
      }
      abort.abort();
      await reader.close();
      expect(identities(kept)).toEqual(atOnce);
    });

    if (resumable) {
      it(
        "resumed at any nextPosition yields exactly the rest",
        async () => {
          const batches = await readFrom(null);
          const all = identities(batches);
          for (const index of someOf(batches.length)) {
            const done = identities(batches.slice(0, index + 1)).length;
            const stored = JSON.parse(JSON.stringify(batches[index]!.nextPosition)) as Position;
            const rest = identities(await readFrom(stored)).slice(0, all.length - done);
            expect(rest, `resumed behind batch ${index}`).toEqual(all.slice(done));
          }
        },
        READ_OFTEN_MILLISECONDS,
      );

      it(
        "resumed behind any record of a batch that says where that is yields exactly the rest",
        async () => {
          const batches = await readFrom(null);
          const all = identities(batches);
          const places = batches.flatMap(({ records, positionBehind }, index) => {
            const done = identities(batches.slice(0, index)).length;
            const inside = positionBehind
              ? Array.from({ length: Math.max(records.length - 1, 0) }, (_, n) => n + 1)
              : [];
            return inside.map((count) => ({ done: done + count, position: () => positionBehind!(count) }));
          });
          for (const place of someOf(places.length)) {
            const { done, position } = places[place]!;
            const stored = JSON.parse(JSON.stringify(position())) as Position;
            const rest = identities(await readFrom(stored)).slice(0, all.length - done);
            expect(rest, `resumed behind record ${done}`).toEqual(all.slice(done));
          }
        },
        READ_OFTEN_MILLISECONDS,
      );

      it("can be read again with the same object after a broken-off reading", async () => {
        const reader = await conformance.openReader();
        const abort = new AbortController();
        let first: ReadBatch | null = null;
        for await (const batch of reader.read(null, abort.signal)) {
          first = batch;
          break;
        }
        const again: ReadBatch[] = [];
        let records = first!.records.length;
        for await (const batch of reader.read(first!.nextPosition, abort.signal)) {
          again.push(batch);
          records += batch.records.length;
          if (records >= readAtMost) break;
        }
        abort.abort();
        await reader.close();
        const all = identities(await readFrom(null));
        expect(identities([first!, ...again]).slice(0, all.length)).toEqual(all);
      });
    }

    const { openRemovable } = conformance;
    if (openRemovable) {
      it("says SOURCE_NOT_FOUND when the source is removed while it is read, now and at the next attempt", async () => {
        const { reader, remove } = await openRemovable();
        const { signal } = new AbortController();
        const iterator = reader.read(null, signal)[Symbol.asyncIterator]();
        const first = await iterator.next();
        await remove();
        // What was received already may be handed out.
        const readRest = async (): Promise<void> => {
          while (!(await iterator.next()).done);
        };
        const end = await readRest().then(
          () => "ended",
          (thrown: unknown) => codeOf(thrown),
        );
        expect(["ended", "SOURCE_NOT_FOUND"]).toContain(end);
        for (const from of [null, (first.value as ReadBatch).nextPosition]) {
          const reading = readAll(reader, signal, from).then(
            () => "ended",
            (thrown: unknown) => codeOf(thrown),
          );
          expect(await reading).toBe("SOURCE_NOT_FOUND");
        }
        await reader.close();
      });
    }

    it("ends promptly when aborted before the first batch", async () => {
      const reader = await conformance.openReader();
      const abort = new AbortController();
      const reading = readAll(reader, abort.signal);
      abort.abort();
      expect(await withinLimit(reading)).toBe("ended");
      await reader.close();
    });

    it("ends promptly when aborted between batches", async () => {
      const reader = await conformance.openReader();
      const abort = new AbortController();
      const iterator = reader.read(null, abort.signal)[Symbol.asyncIterator]();
      await iterator.next();
      abort.abort();
      const readRest = async (): Promise<void> => {
        while (!(await iterator.next()).done);
      };
      expect(await withinLimit(readRest())).toBe("ended");
      await reader.close();
    });

    it("closes as often as asked, unread, read and aborted", async () => {
      const unread = await conformance.openReader();
      await unread.close();
      await unread.close();
      const aborted = await conformance.openReader();
      const abort = new AbortController();
      const reading = readAll(aborted, abort.signal).catch(() => {});
      abort.abort();
      await reading;
      await aborted.close();
      await aborted.close();
    });
  });
}

/** As the pipeline reads: what a source handed out is acknowledged when it asks for that. */
async function* acknowledged(reader: Reader, from: Position | null, signal: AbortSignal): AsyncGenerator<ReadBatch> {
  const handedOut: ReadBatch[] = [];
  for await (const batch of reader.read(from, signal)) {
    yield batch;
    handedOut.push(batch);
    if (!batch.awaitsAcknowledgement) continue;
    for (const { records } of handedOut.splice(0)) await reader.acknowledge?.(records.map(({ start }) => start));
  }
}

async function readAll(reader: Reader, signal: AbortSignal, from: Position | null = null): Promise<void> {
  for await (const _ of reader.read(from, signal));
}

function codeOf(thrown: unknown): string {
  return thrown instanceof Problem ? thrown.code : String(thrown);
}

/** All places of a short list; first, last and some between of a long one. */
function someOf(length: number): number[] {
  const count = Math.min(length, 12);
  return [...new Set(Array.from({ length: count }, (_, n) => Math.round((n * (length - 1)) / Math.max(count - 1, 1))))];
}
