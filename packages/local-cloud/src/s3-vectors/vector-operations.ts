import { hash } from "node:crypto";
import { parseMetadataFilter } from "./metadata-filter.ts";
import { invalid, readData, readVector } from "./read-vectors.ts";
import type { VectorCall, VectorOperation } from "./s3-vectors-operation.ts";
import type { StoredVector, VectorIndex } from "./vector-store.ts";

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-vectors-limitations.html */
const PUT_MAX = 500;
const DELETE_MAX = 500;
const GET_MAX = 100;
const PAGE_MAX = 1000;
const PAGE_DEFAULT = 500;
const TOP_K_MAX = 100;
const SEGMENTS_MAX = 16;

export const vectorOperations: Readonly<Record<string, VectorOperation>> = {
  PutVectors({ input, vectors, index }) {
    const found = index();
    const entries = input.objects("vectors");
    demandLength("vectors", entries.length, PUT_MAX);
    vectors.put(
      found,
      entries.map((entry) => readVector(entry, found)),
    );
    return {};
  },
  GetVectors(call) {
    const { input, vectors } = call;
    const found = call.index();
    const keys = input.strings("keys");
    demandLength("keys", keys.length, GET_MAX);
    return { vectors: keys.flatMap((key) => vectors.find(found, key) ?? []).map((vector) => shown(call, vector)) };
  },
  DeleteVectors({ input, vectors, index }) {
    const found = index();
    const keys = input.strings("keys");
    demandLength("keys", keys.length, DELETE_MAX);
    vectors.remove(found, keys);
    return {};
  },
  ListVectors(call) {
    const { input, vectors } = call;
    const found = call.index();
    const limit = input.optionalNumber("maxResults", 1, PAGE_MAX) ?? PAGE_DEFAULT;
    const token = input.optionalString("nextToken");
    const count = input.optionalNumber("segmentCount", 1, SEGMENTS_MAX) ?? 1;
    const segment = input.optionalNumber("segmentIndex", 0, count - 1) ?? 0;
    const page: StoredVector[] = [];
    for (const vector of vectors.walk(found, token && Buffer.from(token, "base64url").toString("utf8"))) {
      if (hash("md5", vector.key, "buffer").readUInt32BE(0) % count !== segment) continue;
      if (page.length === limit) {
        const last = page.at(-1)?.key ?? "";
        return { vectors: page.map((one) => shown(call, one)), nextToken: Buffer.from(last).toString("base64url") };
      }
      page.push(vector);
    }
    return { vectors: page.map((one) => shown(call, one)) };
  },
  QueryVectors(call) {
    const { input, vectors } = call;
    const found = call.index();
    const topK = input.number("topK", 1, TOP_K_MAX);
    const wanted = readData(input.object("queryVector"), found, "query vector");
    const passes = input.has("filter")
      ? parseMetadataFilter(input.value("filter"), found.nonFilterableKeys)
      : () => true;
    const near: { vector: StoredVector; distance: number }[] = [];
    for (const vector of vectors.walk(found)) {
      if (passes(vector.metadata ?? {})) near.push({ vector, distance: distanceOf(found, wanted, vector.data) });
    }
    near.sort((a, b) => a.distance - b.distance);
    return {
      distanceMetric: found.metric,
      vectors: near.slice(0, topK).map(({ vector, distance }) => ({
        key: vector.key,
        ...(input.boolean("returnDistance") ? { distance } : {}),
        ...(input.boolean("returnMetadata") && vector.metadata ? { metadata: vector.metadata } : {}),
      })),
    };
  },
};

/** What an answer may show of a vector needs the right to read it. */
export function readsVectors(call: Pick<VectorCall, "input">, action: string): boolean {
  const { input } = call;
  if (action === "QueryVectors") return input.boolean("returnMetadata") || input.has("filter");
  return action === "ListVectors" && (input.boolean("returnMetadata") || input.boolean("returnData"));
}

function shown({ input }: VectorCall, { key, data, metadata }: StoredVector) {
  return {
    key,
    ...(input.boolean("returnData") ? { data: { float32: [...data] } } : {}),
    ...(input.boolean("returnMetadata") && metadata ? { metadata } : {}),
  };
}

function distanceOf({ metric }: VectorIndex, left: Float32Array, right: Float32Array): number {
  let dot = 0;
  let leftSquares = 0;
  let rightSquares = 0;
  for (const [at, a] of left.entries()) {
    const b = right[at] ?? 0;
    dot += a * b;
    leftSquares += a * a;
    rightSquares += b * b;
  }
  if (metric === "cosine") return 1 - dot / Math.sqrt(leftSquares * rightSquares);
  return Math.sqrt(Math.max(0, leftSquares + rightSquares - 2 * dot));
}

function demandLength(member: string, length: number, max: number): void {
  if (length < 1 || length > max) {
    throw invalid(`1 validation error detected. Value at '/${member}' must have length between 1 and ${max}`);
  }
}
