import { afterAll, beforeAll, expect, test } from "vitest";
import { type EndlessObjects, startEndlessObjects } from "./endless-object.ts";

const block = Buffer.from("one\ntwo\nthree\n");
let objects: EndlessObjects;
beforeAll(async () => {
  objects = await startEndlessObjects(block);
});
afterAll(() => objects.stop());

const get = (key: string, range: string) => fetch(`${objects.endpoint}/bucket/${key}`, { headers: { range } });

test("any range is what stands there in the block over and over", async () => {
  const key = objects.keyOf(3 * block.length + 1);
  const whole = Buffer.concat([block, block, block]);
  for (const [from, to] of [
    [0, 99],
    [5, 5],
    [13, 14],
    [20, 41],
  ] as const) {
    const answer = await get(key, `bytes=${from}-${to}`);
    const end = Math.min(to + 1, whole.length);
    expect(answer.status).toBe(206);
    expect(answer.headers.get("content-range")).toBe(`bytes ${from}-${end - 1}/${whole.length}`);
    expect(await answer.text()).toBe(whole.subarray(from, end).toString());
  }
});

test("a key is the same however its call is named", async () => {
  const answer = await get(`${objects.keyOf(block.length)}?x-id=GetObject`, "bytes=4-6");
  expect(await answer.text()).toBe("two");
});

test("there is no range behind the end", async () => {
  expect((await get(objects.keyOf(block.length), "bytes=14-20")).status).toBe(416);
});
