import { expect, test } from "vitest";
import { type MeasuredRow, meetsLimit, printTable, type UnmeasuredRow } from "./result-table.ts";

const row: MeasuredRow = {
  row: "a",
  what: "whole task",
  unit: "records/s",
  value: 90_000,
  bare: 100_000,
  ratio: 0.9,
  limit: { kind: "at least", of: "ratio", bar: 0.9 },
};
const unmeasured: UnmeasuredRow = { row: "b", what: "handler in Java", notMeasured: "it needs a JDK: there is none" };

test.each([
  [{ kind: "at least", of: "ratio", bar: 0.9 }, true],
  [{ kind: "at least", of: "ratio", bar: 0.91 }, false],
  [{ kind: "at most", of: "ratio", bar: 0.89 }, false],
  [{ kind: "at least", of: "value", bar: 90_001 }, false],
  [{ kind: "at most", of: "value", bar: 90_000 }, true],
] as const)("a row is held to its limit: %j is met: %s", (limit, met) => {
  expect(meetsLimit({ ...row, limit })).toBe(met);
});

test("a row that cannot be measured stands in the table with what is missing, and meets no limit", () => {
  expect(meetsLimit(unmeasured)).toBe(false);
  const [heading, measured, last] = printTable([unmeasured, row]).split("\n");
  expect(heading).toMatch(/what\s+unit\s+measured\s+bare\s+ratio\s+limit/);
  expect(measured).toMatch(/^a {2}whole task\s+records\/s\s+90,000\s+100,000\s+0\.90\s+ratio ≥ 0\.9\s+ok$/);
  expect(last).toBe("b  handler in Java: not measured, it needs a JDK: there is none");
});
