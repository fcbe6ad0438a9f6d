import { expect, test } from "vitest";
import { type MeterName, meters, priceLookupKey } from "./meters.ts";
import { type Chart, chartIds, charts, chartValue, metricEvents, unitOf } from "./metrics.ts";

test("every metric is drawn somewhere, and every series' axis has one unit", () => {
  const drawn = new Set<string>();
  for (const id of chartIds) {
    const chart: Chart = charts[id];
    const unitOfAxis = new Map<string, string>();
    for (const series of chart.series) {
      drawn.add(series.metric);
      const unit = unitOf(series);
      expect(unitOfAxis.get(series.axis) ?? unit, `${id} ${series.axis}`).toBe(unit);
      unitOfAxis.set(series.axis, unit);
    }
  }
  expect([...drawn].sort()).toEqual(Object.keys(metricEvents).sort());
  expect(chartIds.filter((id) => charts[id].dashboard === "summary")).toHaveLength(8);
});

test("a minute without measurements is a gap, not a zero", () => {
  const aggregate = { count: 4, sum: 3000, min: 0, max: 2000, tasks: 2, sumOfTaskAverages: 1 };
  expect(chartValue(charts.records.series[0], undefined)).toBeNull();
  expect(chartValue(charts.taskLatency.series[0], aggregate)).toBe(750);
  expect(chartValue(charts.extraction.series[3], aggregate)).toBe(4);
  expect(chartValue(charts.bytes.series[0], aggregate)).toBe(1.5);
  expect(chartValue(charts.writeRetries.series[0], aggregate)).toBe(0.5);
});

test("every meter has a price of its own", () => {
  const keys = (Object.keys(meters) as MeterName[]).map(priceLookupKey);
  expect(new Set(keys).size).toBe(keys.length);
  for (const meter of Object.values(meters)) expect(meter.defaultPriceUsd).toMatch(/^\d+\.\d+$/);
});
