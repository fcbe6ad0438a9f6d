import type { NewLogLine } from "@letsdata/database/stores/log-store";
import { Problem } from "@letsdata/plugin-kit/problems";
import { expect, test } from "vitest";
import { createDatasetLog } from "./dataset-log.ts";
import type { Log } from "./log.ts";
import { LogLines } from "./log-lines.ts";

const silent: Log = { info: () => {}, warn: () => {}, error: () => {} };
const scope = { datasetId: "d", taskId: "t", attempt: 1, leastLevel: "DEBUG" } as const;
const line = (message: string, datasetId = "d"): NewLogLine => ({
  ...{ datasetId, taskId: null, attempt: null, time: 0 },
  ...{ level: "INFO", source: "HANDLER", message },
});
const said = (message: string) => ({ time: 0, level: "INFO", message }) as const;

/** A database that stores when it is let. */
function heldBack() {
  const groups: (readonly string[])[] = [];
  const underWay: (() => void)[] = [];
  const store = (lines: readonly NewLogLine[]) => {
    groups.push(lines.map(({ message }) => message));
    return new Promise<void>((resolve) => void underWay.push(resolve));
  };
  return { groups, underWay, store };
}

test("however many lines come, one insert is under way; what came meanwhile goes together and in its order", async () => {
  const { groups, underWay, store } = heldBack();
  const logLines = new LogLines(store, silent);
  const [one, other] = [1, 2].map((attempt) => createDatasetLog(logLines, { ...scope, attempt }));
  const first = one!("HANDLER", [said("first")]);
  await expect.poll(() => underWay.length).toBe(1);
  const later = Array.from({ length: 500 }, (_, n) => `${n}`);
  const all = later.map((message, n) => (n % 2 === 0 ? one! : other!)("HANDLER", [said(message)]));
  const isOver: boolean[] = [];
  void Promise.all(all).then(() => isOver.push(true));
  await new Promise(setImmediate);
  expect(groups).toEqual([["first"]]);
  underWay.shift()!();
  await first;
  await expect.poll(() => underWay.length).toBe(1);
  expect(groups).toEqual([["first"], later]);
  expect(isOver).toEqual([]);
  underWay.shift()!();
  await Promise.all(all);
  await logLines.stored();
});

test("an insert is of bounded size", async () => {
  const { groups, underWay, store } = heldBack();
  const logLines = new LogLines(store, silent);
  for (let n = 0; n < 2_500; n++) logLines.take(line(""));
  for (let n = 0; n < 200; n++) logLines.take(line("x".repeat(8_000)));
  const stored = logLines.stored();
  let isOver = false;
  void stored.then(() => {
    isOver = true;
  });
  while (!isOver) {
    underWay.shift()?.();
    await new Promise(setImmediate);
  }
  expect(groups.flat()).toHaveLength(2_700);
  expect(Math.max(...groups.map(({ length }) => length))).toBeLessThanOrEqual(1_000);
  expect(Math.max(...groups.map((group) => group.join("").length))).toBeLessThanOrEqual(1024 * 1024);
});

test("what is printed beyond the room for waiting lines is left out and counted; what the engine says is not", async () => {
  const { groups, underWay, store } = heldBack();
  const logLines = new LogLines(store, silent);
  const [loud, other] = ["loud", "other"].map((taskId) => createDatasetLog(logLines, { ...scope, taskId }));
  const long = "x".repeat(8_000);
  const printed = 10_000;
  for (let n = 0; n < printed; n++)
    void loud!("HANDLER", [{ ...said(long), ...(n === printed - 1 ? { dropped: 5 } : {}) }]);
  void other!("HANDLER", [said(long), said(long)]);
  void loud!("ENGINE", [said("Attempt 1 ended")]);
  await new Promise(setImmediate);
  expect(logLines.hasRoomFor(long)).toBe(true);
  void other!("HANDLER", [said("goes on")]);
  let isOver = false;
  void logLines.stored().then(() => {
    isOver = true;
  });
  while (!isOver) {
    underWay.shift()?.();
    await new Promise(setImmediate);
  }
  const texts = groups.flat();
  const kept = texts.filter((text) => text === long).length;
  expect(kept * long.length).toBeLessThan(17 * 1024 * 1024);
  expect(texts.slice(kept)).toEqual([
    `[${printed - kept + 5} lines left out] Output was left out: more was printed than could be stored in time.`,
    "Attempt 1 ended",
    "[2 lines left out] goes on",
  ]);
});

test("lines of one dataset that the database cannot take are no loss of another's, and are said", async () => {
  const stored: string[] = [];
  const warned: string[] = [];
  const store = async (lines: readonly NewLogLine[]) => {
    if (lines.some(({ datasetId }) => datasetId === "bad")) throw new Problem("INTERNAL", "no such time");
    stored.push(...lines.map(({ message }) => message));
  };
  const logLines = new LogLines(store, { ...silent, warn: (text) => void warned.push(text) });
  for (const datasetId of ["good", "bad", "fine"]) logLines.take(line(datasetId, datasetId));
  await logLines.stored();
  expect(stored).toEqual(["good", "fine"]);
  expect(warned).toEqual(["1 log lines of dataset bad could not be stored"]);
});

test("a database that is away is asked once for all lines that wait", async () => {
  let asked = 0;
  const store = async () => {
    asked += 1;
    throw new Problem("DATABASE_UNAVAILABLE", "away");
  };
  const logLines = new LogLines(store, silent);
  for (const datasetId of ["a", "b", "c"]) logLines.take(line("lost", datasetId));
  await logLines.stored();
  expect(asked).toBe(1);
});
