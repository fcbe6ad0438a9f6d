import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createKeyRate } from "./key-rate.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test("a key that is used too often is refused until the window is over, and others are not", async () => {
  const use = createKeyRate({ usesMax: 3, windowSeconds: 60 });
  for (let n = 0; n < 3; n++) await use("busy");
  await expect(use("busy")).rejects.toMatchObject({
    code: "RATE_LIMITED",
    message: expect.stringContaining("in 60 s"),
  });
  await use("other");
  vi.advanceTimersByTime(61_000);
  await use("busy");
});

test("a key that is used steadily, and never rests, is good for ever", async () => {
  const use = createKeyRate({ usesMax: 60, windowSeconds: 60 });
  for (let seconds = 0; seconds < 600; seconds += 2) {
    await use("steady");
    vi.advanceTimersByTime(2_000);
  }
});
