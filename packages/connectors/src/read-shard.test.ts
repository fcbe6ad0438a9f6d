import { Problem } from "@letsdata/plugin-kit/problems";
import type { Position, ReadBatch } from "@letsdata/plugin-kit/reader";
import { describe, expect, it } from "vitest";
import type { ShardDefinition } from "./plan-shards.ts";
import { openShardReader, type ShardPage, type ShardPlace, type ShardSource } from "./read-shard.ts";
import type { SilentTip } from "./shard-tip.ts";
import { exponentialPoll } from "./stream-manifest.ts";

const record = (n: number, arrivedAt = n) => ({
  record: {
    source: { type: "shard", name: "stream" },
    start: String(n),
    end: String(n),
    body: Buffer.from(String(n)),
    attributes: {},
  },
  sequenceNumber: String(n),
  arrivedAt,
});
const idle: ShardPage = { records: [], nextIterator: "next", millisBehindTip: null, bytesRead: 0 };
const page = (...numbers: number[]): ShardPage => ({ ...idle, records: numbers.map((n) => record(n)), bytesRead: 10 });
const closed: ShardPage = { ...idle, nextIterator: null };

const silentTip = (more: Partial<SilentTip> = {}): SilentTip => ({
  emptyReadsOnTheWay: 5,
  emptyReadsAtTip: 10,
  isClosed: async () => false,
  ...more,
});
const idlePages = (count: number) => Array.from({ length: count }, () => idle);

/** Hands out the pages one after the other, then idle ones; notes where iterators were asked for. */
function sourceOf(pages: readonly (ShardPage | "iterator expired")[], more: Partial<ShardSource> = {}) {
  const places: ShardPlace[] = [];
  let reads = 0;
  const source: ShardSource = {
    arn: "stream",
    name: "shard",
    silentTip: silentTip({ emptyReadsOnTheWay: 0 }),
    arrivalPrecisionMs: 1,
    millisecondsBetweenReads: 0,
    iteratorAt: async (place) => {
      places.push(place);
      return { iterator: "iterator", answeredAt: 1_000_000 };
    },
    readPage: async () => pages[reads++] ?? idle,
    ...more,
  };
  return { source, places, reads: () => reads };
}

async function readAll(
  source: ShardSource,
  definition: Partial<ShardDefinition> = {},
  from: Position | null = null,
  untilMs = Number.POSITIVE_INFINITY,
) {
  let now = 1_000_000;
  const abort = new AbortController();
  const clock = {
    now: () => now,
    sleep: async (milliseconds: number) => {
      now += milliseconds;
      if (now - 1_000_000 > untilMs) abort.abort();
    },
  };
  const whole: ShardDefinition = {
    shardId: "shard",
    startFrom: "Earliest",
    stopCondition: "Continuous",
    pollFrequency: exponentialPoll,
    ...definition,
  };
  const batches: ReadBatch[] = [];
  const warnings: string[] = [];
  const reader = openShardReader(source, whole, { clock, warn: (message) => warnings.push(message) });
  for await (const batch of reader.read(from, abort.signal)) batches.push(batch);
  return {
    batches,
    warnings,
    starts: batches.flatMap(({ records }) => records.map(({ start }) => start)),
    took: now - 1_000_000,
  };
}

describe("reading a shard", () => {
  it("ends when the shard is closed and read out, whatever the stop condition", async () => {
    for (const stopCondition of ["Continuous", "AtLatest", "ShardClosed"] as const) {
      const { starts } = await readAll(sourceOf([page(1, 2), page(3), closed]).source, { stopCondition });
      expect(starts).toEqual(["1", "2", "3"]);
    }
  });

  it("with AtLatest ends at the tip the source reports", async () => {
    const { source, reads } = sourceOf([page(1), { ...page(2), millisBehindTip: 0 }, page(3)]);
    expect((await readAll(source, { stopCondition: "AtLatest" })).starts).toEqual(["1", "2"]);
    expect(reads()).toBe(2);
  });

  it("with AtLatest ends after ten empty reads in a row where the source reports no tip", async () => {
    const { source, reads } = sourceOf([page(1), ...Array.from({ length: 9 }, () => idle), page(2)]);
    expect((await readAll(source, { stopCondition: "AtLatest" })).starts).toEqual(["1", "2"]);
    expect(reads()).toBe(11 + 10);
  });

  it("takes no stretch of empty pages in a closed shard for its tip, and never pauses in one", async () => {
    for (const stopCondition of ["Continuous", "AtLatest", "ShardClosed"] as const) {
      let asked = 0;
      const isClosed = async () => ++asked > 0;
      const pages = [...idlePages(500), page(1), ...idlePages(500), page(2), closed];
      const { source } = sourceOf(pages, { silentTip: silentTip({ isClosed }) });
      const pollFrequency = "Poll every 300 seconds";
      expect(await readAll(source, { stopCondition, pollFrequency })).toMatchObject({ starts: ["1", "2"], took: 0 });
      expect(asked).toBe(1);
    }
  });

  it("reads over some empty pages of an open shard without a pause, between records that were there when it was opened", async () => {
    for (const stopCondition of ["Continuous", "AtLatest", "ShardClosed"] as const) {
      const pages = [...idlePages(5), page(1), ...idlePages(5), page(2), closed];
      const { source } = sourceOf(pages, { silentTip: silentTip() });
      expect(await readAll(source, { stopCondition })).toMatchObject({ starts: ["1", "2"], took: 0 });
    }
    const { source, reads } = sourceOf([page(1)], { silentTip: silentTip() });
    expect((await readAll(source, { stopCondition: "AtLatest" })).took).toBe(9 * 250);
    expect(reads()).toBe(1 + 5 + 10);
  });

  it("pauses at once in an open shard whose tip was reached", async () => {
    const fresh: ShardPage = { ...idle, records: [record(1, 1_000_001)] };
    const { source } = sourceOf([fresh, idle, page(2), closed], { silentTip: silentTip() });
    expect((await readAll(source)).took).toBe(1_000);
    // Opened again, it may be behind once more.
    const again = sourceOf([fresh, "iterator expired", ...idlePages(5), page(2), closed], { silentTip: silentTip() });
    expect(await readAll(again.source)).toMatchObject({ starts: ["1", "2"], took: 0 });
  });

  const trimmed = async (): Promise<never> => {
    throw new Problem("POSITION_EXPIRED", "trimmed");
  };

  it("begins again at what is oldest now when records are trimmed in front of the first that is handed out", async () => {
    const startFromTimestamp = 4;
    for (const definition of [{}, { startFrom: "AtTimestamp", startFromTimestamp }] as const) {
      const pages = [idle, ...(definition.startFrom ? [page(1, 2)] : []), trimmed, page(5), closed];
      let reads = 0;
      const { source, places } = sourceOf([], {
        readPage: async () => {
          const next = pages[reads++]!;
          return typeof next === "function" ? next() : next;
        },
      });
      expect((await readAll(source, definition)).starts).toEqual(["5"]);
      expect(places).toHaveLength(2);
      expect(places[1]).toEqual(places[0]);
    }
  });

  it("does so in a later attempt as well, and never once a record was handed out", async () => {
    const atTimestamp = { startFrom: "AtTimestamp", startFromTimestamp: 4 } as const;
    const from = (readUntil: number) => ({ sequenceNumber: "2", began: 1, readUntil });
    const opening = () => {
      const { source, places } = sourceOf([page(5), closed]);
      const iteratorAt: ShardSource["iteratorAt"] = async (place, signal) =>
        place.kind === "after" ? trimmed() : source.iteratorAt(place, signal);
      return { source: { ...source, iteratorAt }, places };
    };
    const passedOver = opening();
    expect((await readAll(passedOver.source, atTimestamp, from(3))).starts).toEqual(["5"]);
    expect(passedOver.places).toEqual([{ kind: "time", epochMs: 4 }]);
    await expect(readAll(opening().source, atTimestamp, from(4))).rejects.toMatchObject({ code: "POSITION_EXPIRED" });
    await expect(readAll(opening().source, {}, from(3))).rejects.toMatchObject({ code: "POSITION_EXPIRED" });
    let reads = 0;
    const readPage = async () => (reads++ === 0 ? page(1) : trimmed());
    const handedOut = sourceOf([], { readPage });
    await expect(readAll(handedOut.source)).rejects.toMatchObject({ code: "POSITION_EXPIRED" });
  });

  it("with AtLatest ends behind what came in after the task began, also in a later attempt", async () => {
    const busy = (): ShardPage => ({ ...idle, records: [record(7, 2_000_000)] });
    const { batches, starts } = await readAll(sourceOf([page(1), busy(), page(8)]).source, {
      stopCondition: "AtLatest",
    });
    expect(starts).toEqual(["1", "7"]);
    expect(batches[1]!.nextPosition).toEqual({ sequenceNumber: "1", began: 1_000_000, readUntil: 1 });
    const began = { sequenceNumber: "1", began: 1_500_000, readUntil: 1 };
    const between: ShardPage = { ...idle, records: [record(5, 1_400_000)] };
    const again = await readAll(sourceOf([between, busy(), page(8)]).source, { stopCondition: "AtLatest" }, began);
    expect(again.starts).toEqual(["5", "7"]);
  });

  it("asks an idle shard at growing intervals up to a minute, until data comes", async () => {
    const { source, reads } = sourceOf([...Array.from({ length: 8 }, () => idle), page(1), idle, closed]);
    const { took } = await readAll(source);
    expect(took).toBe(1_000 * (1 + 2 + 4 + 8 + 16 + 32 + 60 + 60 + 1));
    expect(reads()).toBe(11);
  });

  it("asks an idle shard at the given interval, and shows itself every few seconds meanwhile", async () => {
    const { source, reads } = sourceOf([page(1)]);
    const { batches } = await readAll(source, { pollFrequency: "Poll every 60 seconds" }, null, 119_000);
    expect(reads()).toBe(3);
    expect(batches.length).toBeGreaterThan(30);
    expect(batches.every(({ nextPosition }) => nextPosition.sequenceNumber === "1")).toBe(true);
  });

  it("says where it begins before the first record, and begins there again though older records are gone", async () => {
    const first = sourceOf([idle, page(4, 5), closed]);
    const { batches } = await readAll(first.source);
    const start = batches.find(({ isStart }) => isStart)!;
    expect(start.records).toEqual([]);
    expect(batches.filter(({ isStart }) => isStart).length).toBe(1);
    const again = sourceOf([idle, page(4, 5), closed]);
    const resumed = await readAll(again.source, {}, start.nextPosition);
    expect(again.places[0]).toEqual({ kind: "at", sequenceNumber: "4", readUntil: 4 });
    expect(resumed.starts).toEqual(["4", "5"]);
    expect(resumed.batches.some(({ isStart }) => isStart)).toBe(false);
    // Still in front of the first record after pages without any.
    const third = sourceOf([page(4, 5), closed]);
    expect((await readAll(third.source, {}, resumed.batches[0]!.nextPosition)).starts).toEqual(["4", "5"]);
    expect(third.places[0]).toMatchObject({ kind: "at", sequenceNumber: "4" });
  });

  it("goes on behind the last record when an iterator expires", async () => {
    const { source, places } = sourceOf([page(1, 2), "iterator expired", page(3), closed]);
    expect((await readAll(source)).starts).toEqual(["1", "2", "3"]);
    expect(places).toEqual([{ kind: "oldest" }, { kind: "after", sequenceNumber: "2", readUntil: 2 }]);
  });

  it("remembers up to when an idle shard was read: nothing of it is lost that is trimmed later", async () => {
    const { source } = sourceOf([page(1), { ...idle, millisBehindTip: 0 }, { ...idle, millisBehindTip: 0 }]);
    const { batches } = await readAll(source, {}, null, 5_000);
    expect(batches.at(-1)!.nextPosition).toEqual({ sequenceNumber: "1", began: 1_000_000, readUntil: 1_001_000 });
  });

  it("remembers for each batch how far the shard is read: to the record that comes next, or as far as the source says", async () => {
    const numbers = Array.from({ length: 1_500 }, (_, n) => n + 1);
    const behind = { ...page(...numbers), millisBehindTip: 400_000 };
    const { source } = sourceOf([behind, { ...idle, millisBehindTip: 300_000 }], { silentTip: null });
    const { batches } = await readAll(source, {}, null, 1_000);
    expect(batches.slice(0, 4).map(({ nextPosition }) => nextPosition)).toEqual([
      { sequenceNumber: "1", began: 1_000_000, readUntil: 1, isBefore: 1 },
      { sequenceNumber: "1000", began: 1_000_000, readUntil: 1_001 },
      { sequenceNumber: "1500", began: 1_000_000, readUntil: 600_000 },
      { sequenceNumber: "1500", began: 1_000_000, readUntil: 700_000 },
    ]);
  });

  it("goes on from where nothing is unread when the way there is long and empty, without what it has", async () => {
    const read = { sequenceNumber: "2", began: 1, readUntil: 1_000_000 };
    const onTheWay = { ...idle, millisBehindTip: 10_000_000 };
    const { source, places } = sourceOf([onTheWay, page(1, 2), page(2, 3), closed], { silentTip: null });
    const { starts } = await readAll(source, {}, read);
    expect(starts).toEqual(["3"]);
    expect(places).toEqual([
      { kind: "after", sequenceNumber: "2", readUntil: 1_000_000 },
      { kind: "time", epochMs: 1_000_000 - 15 * 60_000 },
    ]);
    // Nor is a record left out that was told of and not yet handed out.
    const before = sourceOf([onTheWay, page(2, 3), closed]);
    expect((await readAll(before.source, {}, { ...read, isBefore: 1 })).starts).toEqual(["2", "3"]);
    expect(before.places).toHaveLength(1);
  });

  it("ends with a warning at a shard that is no longer there", async () => {
    const { source } = sourceOf([], { name: "orders shard 7", iteratorAt: async () => null });
    for (const stopCondition of ["Continuous", "AtLatest", "ShardClosed"] as const) {
      const { batches, warnings } = await readAll(source, { stopCondition });
      expect(batches).toEqual([]);
      expect(warnings).toEqual([expect.stringContaining("orders shard 7")]);
    }
  });

  it("waits for a start time still to come, shows itself every few seconds meanwhile, and stops when told", async () => {
    const inAMinute = { startFrom: "AtTimestamp", startFromTimestamp: 1_060_000 } as const;
    const { source, places } = sourceOf([{ ...idle, records: [record(1, 1_060_000)] }, closed]);
    const { batches, starts, took } = await readAll(source, inAMinute);
    expect(took).toBe(60_000);
    expect(starts).toEqual(["1"]);
    expect(places).toEqual([{ kind: "time", epochMs: 1_060_000 }]);
    expect(batches.length).toBeGreaterThan(15);
    expect(batches[0]).toMatchObject({ records: [], nextPosition: { sequenceNumber: null } });
    const stopped = sourceOf([]);
    expect((await readAll(stopped.source, inAMinute, null, 10_000)).took).toBeLessThan(20_000);
    expect(stopped.places).toEqual([]);
  });

  it("with AtLatest does not wait for a start time still to come: nothing of it is there when the task begins", async () => {
    const { source } = sourceOf([{ ...page(1), millisBehindTip: 0 }]);
    const inAMinute = { startFrom: "AtTimestamp", startFromTimestamp: 1_060_000, stopCondition: "AtLatest" } as const;
    expect(await readAll(source, inAMinute)).toMatchObject({ starts: [], took: 0 });
  });

  it("leaves out what is older than the start time, uncounted, and moves past it", async () => {
    const { source, places } = sourceOf([page(1, 2), page(3, 4), closed], { arrivalPrecisionMs: 2 });
    const { batches, starts } = await readAll(source, { startFrom: "AtTimestamp", startFromTimestamp: 4 });
    expect(starts).toEqual(["3", "4"]);
    expect(batches[1]).toMatchObject({ records: [], nextPosition: { sequenceNumber: "2" } });
    expect(places).toEqual([{ kind: "time", epochMs: 4 }]);
  });

  it("cuts a large page into batches, each with its own position", async () => {
    const numbers = Array.from({ length: 2_500 }, (_, n) => n);
    const { batches } = await readAll(sourceOf([page(...numbers), closed]).source);
    expect(batches.map(({ records, nextPosition }) => [records.length, nextPosition.sequenceNumber])).toEqual([
      [0, "0"],
      [1000, "999"],
      [1000, "1999"],
      [500, "2499"],
    ]);
  });
});
