import { Problem } from "@letsdata/plugin-kit/problems";
import { makeDocument, prepareAll } from "@letsdata/plugin-kit/testing/writer-conformance";
import type { PreparedDocument } from "@letsdata/plugin-kit/writer";
import { describe, expect, it } from "vitest";
import { backOffMilliseconds } from "./back-off.ts";
import { MinuteMeasurements } from "./measure.ts";
import { FakeTarget, type WriteFault } from "./testing/fake-target.ts";
import { ManualClock } from "./testing/manual-clock.ts";
import { WritePace } from "./write-pace.ts";
import { writeWithRetry } from "./write-with-retry.ts";

async function write(faults: (call: number, batch: readonly PreparedDocument[]) => WriteFault, random = () => 1) {
  const clock = new ManualClock();
  const target = new FakeTarget();
  let call = 0;
  const writer = target.openWriter({ fault: (batch) => faults(call++, batch) });
  const batch = await prepareAll(
    writer,
    ["a", "b", "c", "d"].map((id) => makeDocument(id)),
  );
  const began = clock.monotonic();
  const measurements = new MinuteMeasurements(clock.now());
  const backOffWith = { clock, random, ended: new AbortController().signal };
  const pace = new WritePace(backOffWith, writer);
  // The target took calls of this size before.
  pace.end(await pace.begin(), { sent: batch.length, again: 0, isFull: true });
  const result = await clock
    .run(writeWithRetry({ writer, pace, backOffWith, measurements }, batch, true))
    .catch((thrown: unknown) => thrown as Problem);
  return { result, target, seconds: (clock.monotonic() - began) / 1_000, measured: measurements.drain() };
}

const reject = (indexes: readonly number[], retry: boolean): WriteFault => ({
  kind: "reject",
  rejections: indexes.map((index) => ({ index, reason: "no", retry })),
});

describe("writing a batch", () => {
  it("sends only rejected documents again, in order, whatever order the target names them in", async () => {
    const { result, target } = await write((call) =>
      call === 0 ? reject([3, 1], true) : call === 1 ? reject([0], true) : null,
    );
    expect(result).toEqual([]);
    expect(target.calls).toEqual([["a", "b", "c", "d"], ["b", "d"], ["b"]]);
    expect(target.stored).toEqual(["a", "c", "d", "b"]);
  });

  it("names documents refused for good by their place in the whole batch, also when refused at a repeat", async () => {
    const { result } = await write((call) =>
      call === 0
        ? {
            kind: "reject",
            rejections: [
              { index: 0, reason: "bad", retry: false },
              { index: 3, reason: "slow", retry: true },
            ],
          }
        : { kind: "reject", rejections: [{ index: 0, reason: "worse", retry: false }] },
    );
    expect(result).toEqual([
      { index: 0, reason: "bad" },
      { index: 3, reason: "worse" },
    ]);
  });

  it("gives up after twelve tries of which nothing was accepted with WRITE_FAILED, having slept 100 ms · 2ⁿ up to 30 s at most", async () => {
    const { result, target, seconds, measured } = await write(() => reject([0, 1, 2, 3], true));
    expect(result).toMatchObject({ code: "WRITE_FAILED", message: "4 documents refused after 12 tries: no" });
    expect(target.calls.length).toBe(12);
    expect(seconds).toBeCloseTo(0.1 + 0.2 + 0.4 + 0.8 + 1.6 + 3.2 + 6.4 + 12.8 + 25.6 + 30 + 30);
    const retries = measured.filter(({ metric }) => metric === "write.retries");
    expect(retries.reduce((sum, one) => sum + one.sum, 0)).toBe(11);
  });

  it("counts tries from the last one of which something was accepted, be it little", async () => {
    const accepting = new Set([11, 22, 33]);
    const slow = await write((call, batch) => reject([...batch.keys()].slice(accepting.has(call) ? 1 : 0), true));
    expect(slow.result).toMatchObject({ code: "WRITE_FAILED", message: "1 documents refused after 12 tries: no" });
    expect(slow.target.calls.length).toBe(33 + 1 + 12);
    const done = await write((call, batch) => reject([...batch.keys()].slice(call % 11 === 10 ? 1 : 0), true));
    expect(done.result).toEqual([]);
    expect(done.target.stored).toEqual(["a", "b", "c", "d"]);
  });

  it("spreads the sleeps over the whole range", () => {
    expect(backOffMilliseconds(3, () => 0)).toBe(0);
    expect(backOffMilliseconds(3, () => 0.5)).toBe(400);
    expect(backOffMilliseconds(30, () => 1)).toBe(30_000);
  });

  it("sends the whole batch again after a call that failed for a while, and not after one that failed for good", async () => {
    const down = { kind: "throw", problem: new Problem("CLOUD_UNAVAILABLE", "reset") } as const;
    const again = await write((call) => (call < 3 ? down : null));
    expect(again.target.stored).toEqual(["a", "b", "c", "d"]);
    const denied = { kind: "throw", problem: new Problem("ACCESS_DENIED", "no") } as const;
    const refused = await write(() => denied);
    expect(refused.result).toMatchObject({ code: "WRITE_FAILED", message: "no" });
    expect(refused.target.calls.length).toBe(1);
  });

  it("tells a lost lease as what it is", async () => {
    const { result } = await write(() => ({ kind: "throw", problem: new Problem("LEASE_LOST", "gone") }));
    expect(result).toMatchObject({ code: "LEASE_LOST" });
  });
});
