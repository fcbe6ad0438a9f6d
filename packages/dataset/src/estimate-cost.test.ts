import { expect, test } from "vitest";
import { estimateCost } from "./estimate-cost.ts";
import { parseDatasetConfig } from "./parse-dataset-config.ts";
import { completeBody } from "./testing/example-bodies.ts";

test("time follows the concurrency, cost the meters", () => {
  const parsed = parseDatasetConfig(completeBody);
  if (!parsed.ok) throw new Error("the example is valid");
  const estimate = estimateCost(parsed.config, { tasks: 41, bytes: 2e9, secondsPerTask: 60 });
  expect(estimate.seconds).toBe(180);
  const costOf = (meter: string) => estimate.lines.find((line) => line.meter === meter)?.costUsd;
  expect(costOf("readBytes")).toBeCloseTo(0.02);
  expect(costOf("computeDuration")).toBeCloseTo(41 * 60 * 2 * 0.00002);
  expect(costOf("kinesisShardHours")).toBeCloseTo(4 * 0.018);
  expect(estimate.totalUsd).toBeCloseTo(estimate.lines.reduce((sum, line) => sum + line.costUsd, 0));
});
