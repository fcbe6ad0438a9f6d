import type { MetricSeriesDto } from "@letsdata/api/contract/metrics";
import { expect, it } from "vitest";
import { rowsOf, standsAlone } from "./series-rows.ts";

const series = (...values: readonly (number | null)[]) =>
  ({
    name: "n",
    unit: "count",
    statistic: "sum",
    axis: "left",
    tone: null,
    points: values.map((value, time) => ({ time, value, samples: 1 })),
  }) as MetricSeriesDto;

it("a gap stays a gap, and a value between two gaps is drawn as a dot", () => {
  const rows = rowsOf([series(1, null, 3, null, 5, 6)]);
  expect(rows.map((row) => row.s0)).toEqual([1, null, 3, null, 5, 6]);
  expect(rows.map((_, index) => standsAlone(rows, "s0", index))).toEqual([true, false, true, false, false, false]);
});
