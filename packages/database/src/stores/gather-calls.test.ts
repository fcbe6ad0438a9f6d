import { expect, test } from "vitest";
import { gatherCalls } from "./gather-calls.ts";

const oneKey = () => "";

test("calls that come while others are under way go together; each has its own answer", async () => {
  const groups: number[] = [];
  const double = gatherCalls(oneKey, async (inputs: readonly number[]) => {
    groups.push(inputs.length);
    await new Promise(setImmediate);
    return inputs.map((input) => input * 2);
  });
  const inputs = Array.from({ length: 50 }, (_, n) => n);
  expect(await Promise.all(inputs.map(double))).toEqual(inputs.map((n) => n * 2));
  expect(groups.length).toBeLessThan(5);
});

test("a call that fails fails alone", async () => {
  const work = gatherCalls(oneKey, async (inputs: readonly number[]) => {
    if (inputs.includes(3)) throw new Error("three");
    return inputs;
  });
  const settled = await Promise.allSettled([1, 2, 3, 4].map(work));
  expect(settled.map(({ status }) => status)).toEqual(["fulfilled", "fulfilled", "rejected", "fulfilled"]);
});

test("calls of one key wait for none of another, and share no group with them", async () => {
  let letGo = () => {};
  const isFree = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  const groups: string[][] = [];
  const work = gatherCalls(
    (input: string) => input[0] as string,
    async (inputs: readonly string[]) => {
      groups.push([...inputs]);
      if (inputs[0]?.startsWith("h")) await isFree;
      return inputs;
    },
  );
  const held = Promise.all(["h1", "h2", "h3"].map(work));
  const more: Promise<string>[] = [];
  for (const input of ["h4", "h5", "h6"]) {
    await Promise.resolve();
    more.push(work(input));
  }
  expect(await Promise.all(["a1", "b1", "a2"].map(work))).toEqual(["a1", "b1", "a2"]);
  letGo();
  expect(await held).toEqual(["h1", "h2", "h3"]);
  expect(await Promise.all(more)).toEqual(["h4", "h5", "h6"]);
  for (const group of groups) expect(new Set(group.map((input) => input[0])).size).toBe(1);
});
