import type { ReadBatch, Reader } from "@letsdata/plugin-kit/reader";
import { expect, test } from "vitest";
import { firstRecords, millisecondsPerRecord, nothingSeen } from "./first-records.ts";

const source = { type: "T", name: "n" };
const batchOf = (...ids: readonly string[]): ReadBatch => ({
  records: ids.map((id) => ({ source, start: id, end: id, body: Buffer.from(id), attributes: {} })),
  nextPosition: {},
  bytesRead: ids.length * 10,
});

interface Fake {
  readonly batches: readonly ReadBatch[];
  /** After its batches the source stays silent until it is aborted. */
  readonly silent?: boolean;
  readonly lends?: boolean;
}

function fakeReader({ batches, silent, lends }: Fake) {
  const log: string[] = [];
  const reader: Reader = {
    async *read(_from, signal) {
      for (const batch of batches) {
        log.push(`read ${batch.records.map(({ start }) => start).join()}`);
        yield batch;
      }
      if (silent && !signal.aborted)
        await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
    },
    ...(lends
      ? {
          giveBack: async () => {
            log.push("given back");
            return ["They were given back."];
          },
        }
      : {}),
    close: async () => {},
  };
  return { reader, log };
}

async function taken(fake: Fake, wanted = 3, stop = new AbortController().signal) {
  const { reader, log } = fakeReader(fake);
  const seen = nothingSeen();
  // Only who waits for silence has a short patience: however slow the machine is, the others' must not end.
  const waitMilliseconds = fake.silent && !stop.aborted ? 20 : 60_000;
  for await (const records of firstRecords({ reader, wanted, waitMilliseconds, stop }, seen)) {
    log.push(`handle ${records.map(({ start }) => start).join()}`);
  }
  return { log, seen };
}

test("records are handled as they come, no more than wanted, and the rest is not read", async () => {
  const { log, seen } = await taken({ batches: [batchOf("a", "b"), batchOf("c", "d"), batchOf("e")] });
  expect(log).toEqual(["read a,b", "handle a,b", "read c,d", "handle c"]);
  expect(seen).toMatchObject({ records: 4, storedBytes: 40, ended: false, silent: false });
});

test("a source that lends has its records back before the first of them is handled", async () => {
  const { log, seen } = await taken({ batches: [batchOf("a", "b"), batchOf("c", "d")], lends: true });
  expect(log).toEqual(["read a,b", "read c,d", "given back", "handle a,b,c"]);
  expect(seen.notices).toEqual(["They were given back."]);
});

test("a source that lends is not waited for once it gave something and has nothing more", async () => {
  const { log, seen } = await taken({ batches: [batchOf(), batchOf("a"), batchOf(), batchOf("b")], lends: true });
  expect(log).toEqual(["read ", "read a", "read ", "given back", "handle a"]);
  expect(seen.ended).toBe(true);
  const heldUp = { ...batchOf(), awaitsAcknowledgement: true };
  expect((await taken({ batches: [batchOf("a"), heldUp], lends: true })).seen.ended).toBe(false);
});

test("a silent source ends the reading in time, and it is known which way it ended", async () => {
  expect((await taken({ batches: [], silent: true })).seen).toMatchObject({ silent: true, ended: false });
  expect((await taken({ batches: [] })).seen).toMatchObject({ silent: false, ended: true });
  const lent = await taken({ batches: [batchOf("a")], silent: true, lends: true });
  expect(lent.log).toEqual(["read a", "given back", "handle a"]);
});

test("a trial that is stopped gives back what it took", async () => {
  const { log, seen } = await taken({ batches: [batchOf("a")], silent: true, lends: true }, 3, AbortSignal.abort());
  expect(log.at(-1)).toBe("handle a");
  expect(log).toContain("given back");
  expect(seen).toMatchObject({ silent: false, ended: false });
});

test("the time of a record leaves out the first batch, which connects, where there are others", () => {
  const waits = [
    { records: 10, milliseconds: 900 },
    { records: 10, milliseconds: 20 },
    { records: 5, milliseconds: 10 },
  ];
  expect(millisecondsPerRecord(waits)).toBe(2);
  expect(millisecondsPerRecord(waits.slice(0, 1))).toBe(90);
  expect(millisecondsPerRecord([])).toBeNull();
});
