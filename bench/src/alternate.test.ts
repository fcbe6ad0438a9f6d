import { expect, test } from "vitest";
import { alternateRates, quantile } from "./alternate.ts";

test("the first pair only warms up, and the ratio is that of pairs", async () => {
  const rates = { product: [1, 30], bare: [100, 40] };
  const next = (side: keyof typeof rates) => async () => rates[side].shift()!;
  const compared = await alternateRates(0, next("product"), next("bare"));
  expect(compared).toEqual({ product: 30, bare: 40, ratio: 0.75 });
});

test("a quantile is one of the values", () => {
  const values = [5, 1, 4, 2, 3];
  expect([0, 0.5, 0.95, 1].map((share) => quantile(values, share))).toEqual([1, 3, 5, 5]);
});
