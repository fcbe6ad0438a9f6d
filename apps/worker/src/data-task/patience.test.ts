import { afterEach, expect, test, vi } from "vitest";
import { openPatience } from "./patience.ts";

afterEach(() => void vi.useRealTimers());

test("a source that always answers at once with nothing is at its end too when the limit is reached", async () => {
  const patience = openPatience(5);
  let answers = 0;
  while (!patience.signal.aborted) {
    await patience.during(async () => answers++);
  }
  expect(answers).toBeGreaterThan(1);
});

const spend = (milliseconds: number) => void vi.advanceTimersByTime(milliseconds);
const isOverAfter = async (renews: boolean) => {
  vi.useFakeTimers();
  const patience = openPatience(100);
  for (let turn = 0; turn < 3; turn++) {
    await patience.during(async () => spend(60));
    if (renews) patience.renew();
  }
  return patience.signal.aborted;
};

test("waits add up until the patience is renewed", async () => {
  expect(await isOverAfter(false)).toBe(true);
  expect(await isOverAfter(true)).toBe(false);
});

test("what is done between the waits does not count", async () => {
  vi.useFakeTimers();
  const patience = openPatience(100);
  await patience.during(() => Promise.resolve());
  spend(150);
  await patience.during(() => Promise.resolve());
  expect(patience.signal.aborted).toBe(false);
});
