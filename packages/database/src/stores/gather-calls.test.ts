import { expect, test } from "vitest";
import { gatherCalls } from "./gather-calls.ts";

test("calls that come while others are under way go together; each has its own answer", async () => {
  const groups: number[] = [];
  const double = gatherCalls(async (inputs: readonly number[]) => {
    groups.push(inputs.length);
    await new Promise(setImmediate);
    return inputs.map((input) => input * 2);
  });
  const inputs = Array.from({ length: 50 }, (_, n) => n);
  expect(await Promise.all(inputs.map(double))).toEqual(inputs.map((n) => n * 2));
  expect(groups.length).toBeLessThan(5);
});

test("a call that fails fails alone", async () => {
  const work = gatherCalls(async (inputs: readonly number[]) => {
    if (inputs.includes(3)) throw new Error("three");
    return inputs;
  });
  const settled = await Promise.allSettled([1, 2, 3, 4].map(work));
  expect(settled.map(({ status }) => status)).toEqual(["fulfilled", "fulfilled", "rejected", "fulfilled"]);
});
