import { afterEach, expect, test, vi } from "vitest";
import { LEAST_PAUSE_MS, runRepeatedly } from "./run-repeatedly.ts";

const silent = { info: () => {}, warn: () => {}, error: () => {} };
const HOUR = 3_600_000;
afterEach(() => void vi.useRealTimers());

/** When its passes began, in milliseconds from its start; it is woken as `wake` says every millisecond. */
async function passesWithin(milliseconds: number, wake: "wake" | "wakeAtOnce"): Promise<readonly number[]> {
  vi.useFakeTimers();
  const start = performance.now();
  const passes: number[] = [];
  const loop = runRepeatedly("test", HOUR, silent, async () => void passes.push(performance.now() - start));
  for (let n = 0; n < milliseconds; n++) {
    loop[wake]();
    await vi.advanceTimersByTimeAsync(1);
  }
  await loop.stop();
  return passes;
}

test("a loop that is woken all the time leaves a pause between its passes", async () => {
  const passes = await passesWithin(1_000, "wake");
  expect(passes.length).toBeGreaterThan(30);
  expect(passes.length).toBeLessThanOrEqual(1 + 1_000 / LEAST_PAUSE_MS);
});

test("the first wake behind a quiet time, and what must not wait, pass at once", async () => {
  expect((await passesWithin(100, "wakeAtOnce")).length).toBeGreaterThan(90);
  vi.useFakeTimers();
  let passes = 0;
  const loop = runRepeatedly("test", HOUR, silent, async () => void passes++);
  await vi.advanceTimersByTimeAsync(LEAST_PAUSE_MS);
  expect(passes).toBe(1);
  loop.wake();
  await vi.advanceTimersByTimeAsync(0);
  expect(passes).toBe(2);
  loop.wake();
  await vi.advanceTimersByTimeAsync(LEAST_PAUSE_MS - 1);
  expect(passes).toBe(2);
  await vi.advanceTimersByTimeAsync(1);
  expect(passes).toBe(3);
  await loop.stop();
});

test("a loop within its least pause stops at once", async () => {
  vi.useFakeTimers();
  let passes = 0;
  const loop = runRepeatedly("test", HOUR, silent, async () => void passes++);
  await vi.advanceTimersByTimeAsync(0);
  loop.wake();
  await loop.stop();
  expect(passes).toBe(1);
});

test("a wake runs the next pass at once, never two at the same time", async () => {
  let active = 0;
  let passes = 0;
  let overlapped = false;
  const loop = runRepeatedly("test", HOUR, silent, async () => {
    active += 1;
    overlapped ||= active > 1;
    await new Promise((resolve) => setImmediate(resolve));
    passes += 1;
    active -= 1;
  });
  const passesAfterAWake = () => {
    loop.wake();
    return passes;
  };
  await expect.poll(passesAfterAWake).toBeGreaterThan(3);
  await loop.stop();
  expect(overlapped).toBe(false);
});

test("a wake during a pass is not forgotten", async () => {
  let passes = 0;
  let finishFirst = () => {};
  const first = new Promise<void>((resolve) => {
    finishFirst = resolve;
  });
  const loop = runRepeatedly("test", HOUR, silent, async () => {
    passes += 1;
    if (passes === 1) await first;
  });
  loop.wake();
  finishFirst();
  await expect.poll(() => passes).toBe(2);
  await loop.stop();
});

test("a pass that fails is said and the loop goes on", async () => {
  const warned: string[] = [];
  let passes = 0;
  const loop = runRepeatedly("the test", HOUR, { ...silent, warn: (message) => warned.push(message) }, async () => {
    passes += 1;
    if (passes === 1) throw new Error("once");
  });
  const passesAfterAWake = () => {
    loop.wake();
    return passes;
  };
  await expect.poll(passesAfterAWake).toBeGreaterThan(1);
  await loop.stop();
  expect(warned).toEqual(["the test failed, trying again"]);
});
