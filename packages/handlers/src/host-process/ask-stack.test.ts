import { PassThrough } from "node:stream";
import { setImmediate as nextTurn } from "node:timers/promises";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { askStack } from "./ask-stack.ts";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
});
afterEach(() => {
  vi.useRealTimers();
});

const line = (answer: unknown) => `${JSON.stringify(answer)}\n`;
const answered = (...written: readonly string[]) => {
  const channel = new PassThrough();
  return askStack(
    channel,
    () => {
      for (const text of written) channel.write(text);
    },
    { readDump: (dump) => (dump === "" ? null : { place: "of the dump", stack: dump }) },
  );
};

test("an answer is taken when its line is complete, whatever the runtime wrote before it", async () => {
  const answer = { place: "line 1 of a.py", stack: "in ü" };
  expect(
    await answered("Stack (most recent call first):\n", '{"place":"line 1 of a.py",', '"stack":"in ü"}\n'),
  ).toEqual(answer);
  expect(await answered(line({ ...answer, stack: null }))).toBeNull();
});

test("a host that does not answer is waited for less than a second; then what its runtime wrote counts", async () => {
  const [silent, dumped] = [answered(), answered("a dump")];
  await vi.advanceTimersByTimeAsync(999);
  expect([await silent, await dumped]).toEqual([null, { place: "of the dump", stack: "a dump" }]);
});

test("an answer that comes too late is not taken for that of the next question", async () => {
  const channel = new PassThrough();
  const late = askStack(channel, () => {}, {});
  await vi.advanceTimersByTimeAsync(999);
  expect(await late).toBeNull();
  channel.write(line({ place: "line 1 of a.py", stack: "before" }));
  await nextTurn();
  const now = { place: "line 2 of a.py", stack: "now" };
  expect(await askStack(channel, () => channel.write(line(now)), {})).toEqual(now);
});

test("one who gives up leaves the answer to another who still waits", async () => {
  const channel = new PassThrough();
  const first = askStack(channel, () => {}, {});
  await vi.advanceTimersByTimeAsync(400);
  const second = askStack(channel, () => {}, {});
  await vi.advanceTimersByTimeAsync(400);
  const answer = { place: "line 1 of a.py", stack: "now" };
  channel.write(line(answer));
  await nextTurn();
  await vi.advanceTimersByTimeAsync(400);
  expect([await first, await second]).toEqual([null, answer]);
});

test("what customer code writes instead is no more than a bounded text", async () => {
  expect(await answered("{no JSON}\n")).toBeNull();
  expect(await answered(line({ place: 7, stack: ["lies"] }))).toBeNull();
  expect(await answered("x".repeat(1024 * 1024))).toBeNull();
  const long = await answered(line({ place: "p".repeat(100_000), stack: "s".repeat(100_000) }));
  expect(long?.place?.length).toBeLessThan(1_000);
  expect(long?.stack.length).toBeLessThan(20_000);
});

test("a host that ends meanwhile is not waited for", async () => {
  const channel = new PassThrough();
  expect(await askStack(channel, () => channel.destroy(), {})).toBeNull();
});
