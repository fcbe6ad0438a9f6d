import { Problem } from "@letsdata/plugin-kit/problems";
import type { RecordsBatch } from "@platformatic/kafka";
import { describe, expect, it } from "vitest";
import { FETCH_WAIT_MS, type FetchAnswer, readToEnd } from "./read-to-end.ts";

const batch = (first: number, last: number): RecordsBatch => ({
  firstOffset: BigInt(first),
  length: 0,
  partitionLeaderEpoch: 0,
  magic: 2,
  crc: 0,
  attributes: 0,
  lastOffsetDelta: last - first,
  firstTimestamp: 0n,
  maxTimestamp: 0n,
  producerId: -1n,
  producerEpoch: -1,
  firstSequence: -1,
  records: [],
});
const having = (...batches: RecordsBatch[]): FetchAnswer => ({ throttleTimeMs: 0, batches });
const nothing = having();
const throttled = (throttleTimeMs: number): FetchAnswer => ({ throttleTimeMs, batches: [] });

/** The answers one after the other, the last one again and again. */
async function read(end: number, ...answers: readonly FetchAnswer[]) {
  const asked: number[] = [];
  const waits: number[] = [];
  const batches = readToEnd(
    { offset: 0n, end: BigInt(end) },
    async (offset) => answers[Math.min(asked.push(Number(offset)), answers.length) - 1]!,
    async (milliseconds) => void waits.push(milliseconds),
  );
  const firsts: number[] = [];
  let failure: unknown = null;
  try {
    for await (const { firstOffset } of batches) firsts.push(Number(firstOffset));
  } catch (thrown) {
    failure = thrown;
  }
  return { firsts, asked, waits, failure };
}

describe("a partition that is read to its end", () => {
  it("is asked again by a client that was throttled, after the time the broker names", async () => {
    const answers = [having(batch(0, 4)), throttled(1_200), throttled(300), having(batch(5, 5), batch(6, 9))];
    expect(await read(10, ...answers)).toEqual({
      firsts: [0, 5, 6],
      asked: [0, 5, 5, 5],
      waits: [1_200, 300],
      failure: null,
    });
  });

  it("is asked again where a broker has nothing yet, as a leader that is new", async () => {
    expect(await read(10, having(batch(0, 4)), nothing, nothing, having(batch(5, 9)))).toMatchObject({
      firsts: [0, 5],
      waits: [],
      failure: null,
    });
  });

  it("is asked for nothing where there is nothing", async () => {
    expect(await read(0, nothing)).toMatchObject({ asked: [], failure: null });
  });

  it.each([
    ["throttled", throttled(20_000), 4, "throttles this client (20000 ms)"],
    ["answered without records", nothing, 60_000 / FETCH_WAIT_MS + 1, "no records"],
  ] as const)("is given up after a minute of being %s, and not taken for read", async (_, answer, asked, text) => {
    const found = await read(10, having(batch(0, 4)), answer);
    expect(found.failure).toBeInstanceOf(Problem);
    expect(found.failure).toMatchObject({ code: "CLOUD_UNAVAILABLE", message: expect.stringContaining(text) });
    expect(found.asked).toHaveLength(1 + asked);
  });

  it("has a minute again after each batch", async () => {
    const answers = [
      having(batch(0, 4)),
      throttled(40_000),
      having(batch(5, 5)),
      throttled(40_000),
      having(batch(6, 9)),
    ];
    expect(await read(10, ...answers)).toMatchObject({ firsts: [0, 5, 6], failure: null });
  });
});
