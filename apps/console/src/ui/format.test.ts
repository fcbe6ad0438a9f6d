import { expect, it } from "vitest";
import { formatBytes, formatDuration, formatRelative, formatTime, headOf } from "./format.ts";

it("says sizes, durations and times in the fewest words that are right", () => {
  expect(formatBytes(999)).toBe("999 B");
  expect(formatBytes(918_233_412)).toBe("918.2 MB");
  expect(formatDuration(40)).toBe("40 ms");
  expect(formatDuration(3_600_000)).toBe("1 h");
  expect(formatDuration(93_784_000)).toBe("1 d 2 h");
  expect(formatRelative(1000, 61_000)).toBe("1 min ago");
  expect(formatRelative(0, 1000)).toBe("just now");
  expect(formatTime(1_767_225_600_000, "utc")).toBe("2026-01-01 00:00:00 UTC");
});

it("shows the head of a long text without half a character, and a short one whole", () => {
  expect(headOf("abc", 3)).toBe("abc");
  expect(headOf("abcd", 3)).toBe("abc");
  expect(headOf("ab😀d", 3)).toBe("ab");
  expect(headOf("a😀d", 3)).toBe("a😀");
});
