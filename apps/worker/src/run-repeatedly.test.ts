import { expect, test } from "vitest";
import { runRepeatedly } from "./run-repeatedly.ts";

const silent = { info: () => {}, warn: () => {}, error: () => {} };
const HOUR = 3_600_000;

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
