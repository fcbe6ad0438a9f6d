import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createEchoes } from "./echoes.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test("what was heard is told at once, soon again, and once more for what is committed late", () => {
  const told: [string, number][] = [];
  const began = Date.now();
  const { heard } = createEchoes((what) => told.push([what, Date.now() - began]));
  heard("a");
  vi.advanceTimersByTime(60_000);
  expect(told).toEqual([
    ["a", 0],
    ["a", 400],
    ["a", 5_000],
  ]);
});

test("echoes of a burst come when it is over, each dataset's for itself", () => {
  const told: string[] = [];
  const { heard } = createEchoes((what) => told.push(what));
  for (let times = 0; times < 10; times++) {
    heard("busy");
    vi.advanceTimersByTime(200);
  }
  heard("other");
  vi.advanceTimersByTime(60_000);
  expect(told.filter((what) => what === "busy")).toHaveLength(10 + 2);
  expect(told.filter((what) => what === "other")).toHaveLength(1 + 2);
});

test("nothing is told behind the end", () => {
  const told: string[] = [];
  const { heard, stop } = createEchoes((what) => told.push(what));
  heard("a");
  stop();
  heard("b");
  vi.advanceTimersByTime(60_000);
  expect(told).toEqual(["a"]);
});
