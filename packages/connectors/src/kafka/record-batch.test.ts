import { Reader, readRecordsBatch } from "@platformatic/kafka";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodeRecordBatch, RECORD_HEAD_BYTES, type TopicRecord } from "./record-batch.ts";

const origin = { producerId: 2n ** 40n, producerEpoch: 300, firstSequence: 2 ** 30 };
const now = Date.UTC(2026, 0, 1);

function recordOf(key: string, value: string): TopicRecord {
  return { key, value, bytes: Buffer.byteLength(key) + Buffer.byteLength(value) + RECORD_HEAD_BYTES };
}

/** As the client reads what a broker stores. */
async function readBack(records: readonly TopicRecord[], compression: Parameters<typeof encodeRecordBatch>[2]) {
  return readRecordsBatch(Reader.from(await encodeRecordBatch(records, origin, compression, now)));
}

describe("a record batch", () => {
  it("is read back with the keys and values that went in, whatever their length and script", async () => {
    const text = fc.oneof(fc.string({ unit: "binary" }), fc.string({ unit: "grapheme", size: "large" }));
    const texts = fc.array(fc.tuple(text, text), { minLength: 1, maxLength: 300 });
    await fc.assert(
      fc.asyncProperty(texts, async (pairs) => {
        const { records } = await readBack(
          pairs.map(([key, value]) => recordOf(key, value)),
          "none",
        );
        const read = records.map(({ key, value }) => [key?.toString() ?? "", value?.toString()]);
        expect(read).toEqual(pairs);
        expect(records.map(({ offsetDelta }) => offsetDelta)).toEqual(pairs.map((_, index) => index));
      }),
      { numRuns: 50 },
    );
  });

  it("says whose it is, how many records it has and that they belong to a transaction", async () => {
    const batch = await readBack([recordOf("a", "1"), recordOf("", "2")], "none");
    expect(batch).toMatchObject({
      ...origin,
      magic: 2,
      attributes: 0b10000,
      lastOffsetDelta: 1,
      firstTimestamp: BigInt(now),
      maxTimestamp: BigInt(now),
    });
    expect(batch.records.map(({ key }) => key)).toEqual([Buffer.from("a"), null]);
  });

  it.each(["gzip", "snappy", "lz4", "zstd"] as const)("is packed with %s", async (compression) => {
    const records = Array.from({ length: 500 }, (_, n) => recordOf(`key ${n}`, `value ${n} `.repeat(20)));
    const plain = await encodeRecordBatch(records, origin, "none", now);
    const packed = await encodeRecordBatch(records, origin, compression, now);
    expect(packed.length).toBeLessThan(plain.length / 2);
    const { records: read } = readRecordsBatch(Reader.from(packed));
    expect(read.map(({ value }) => value?.toString())).toEqual(records.map(({ value }) => value));
  });
});
