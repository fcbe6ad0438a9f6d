import { compatibilityPartitioner } from "@platformatic/kafka";
import fc from "fast-check";
import { expect, it } from "vitest";
import { partitionOfKey } from "./key-partition.ts";

it("puts a key where Kafka's own producers put it", () => {
  const key = fc.string({ unit: "binary", minLength: 1, maxLength: 600 });
  fc.assert(
    fc.property(key, fc.integer({ min: 1, max: 1_000 }), (text, count) => {
      const theirs = compatibilityPartitioner({ topic: "any", value: null }, Buffer.from(text)) % count;
      expect(partitionOfKey(text, count)).toBe(theirs);
    }),
    { numRuns: 1_000 },
  );
  // Values of Kafka's own test of its murmur2.
  expect(partitionOfKey("21", 2 ** 31)).toBe(-973932308 & 0x7fffffff);
  expect(partitionOfKey("a-little-bit-long-string", 2 ** 31)).toBe(-985981536 & 0x7fffffff);
  expect(partitionOfKey("lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", 2 ** 31)).toBe(-58897971 & 0x7fffffff);
});
