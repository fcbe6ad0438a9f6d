import { describe, expect, it } from "vitest";
import { MinuteMeasurements } from "./measure.ts";

const minute = 60_000;

describe("measurements", () => {
  it("are one row per metric and minute, with all that is needed to combine them", () => {
    const measurements = new MinuteMeasurements(10 * minute + 5);
    measurements.add("write.milliseconds", 4);
    measurements.add("write.milliseconds", 10);
    measurements.addMany("extract.milliseconds", 50, 100);
    measurements.atTime(11 * minute);
    measurements.add("write.milliseconds", 1);
    expect(measurements.drain()).toEqual([
      { metric: "write.milliseconds", minute: 10 * minute, count: 2, sum: 14, min: 4, max: 10 },
      { metric: "extract.milliseconds", minute: 10 * minute, count: 100, sum: 50, min: 0.5, max: 0.5 },
      { metric: "write.milliseconds", minute: 11 * minute, count: 1, sum: 1, min: 1, max: 1 },
    ]);
  });

  it("leave exactly once", () => {
    const measurements = new MinuteMeasurements(0);
    measurements.add("bytes.read", 1);
    measurements.drain();
    expect(measurements.drain()).toEqual([]);
    measurements.addMany("extract.milliseconds", 1, 0);
    expect(measurements.drain()).toEqual([]);
  });
});
