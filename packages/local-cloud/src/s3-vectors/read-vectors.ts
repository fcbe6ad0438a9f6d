import { AwsError } from "../server/aws-error.ts";
import type { JsonInput } from "../server/json-protocol.ts";
import type { StoredVector, VectorIndex } from "./vector-store.ts";

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-vectors-limitations.html */
const KEY_CHARACTERS_MAX = 1024;
const METADATA_BYTES_MAX = 40 * 1024;
const FILTERABLE_METADATA_BYTES_MAX = 2 * 1024;
const METADATA_KEYS_MAX = 50;

export function invalid(message: string): AwsError {
  return new AwsError("ValidationException", message, 400);
}

export function readVector(input: JsonInput, index: VectorIndex): StoredVector {
  const key = input.string("key");
  if (key.length < 1 || key.length > KEY_CHARACTERS_MAX) {
    throw invalid(`Invalid key: must have 1 to ${KEY_CHARACTERS_MAX} characters`);
  }
  const data = readData(input.object("data"), index, `vector with key ${key}`);
  return { key, data, metadata: input.has("metadata") ? readMetadata(input.value("metadata"), key, index) : null };
}

/** Numbers of the index's length; for cosine not all of them zero. */
export function readData(input: JsonInput, { dimension, metric }: VectorIndex, what: string): Float32Array {
  const values = input.numbers("float32");
  if (values.length !== dimension) {
    throw invalid(`Invalid record for ${what}: vector must have length ${dimension}, but has length ${values.length}`);
  }
  const data = Float32Array.from(values);
  if (!data.every((value) => Number.isFinite(value))) {
    throw invalid(`Invalid record for ${what}: vector contains invalid values or is invalid for this index`);
  }
  if (metric === "cosine" && data.every((value) => value === 0)) {
    throw invalid(`Invalid record for ${what}: a zero vector has no cosine distance`);
  }
  return data;
}

function readMetadata(raw: unknown, key: string, { nonFilterableKeys }: VectorIndex) {
  const refused = (why: string) => invalid(`Invalid record for key '${key}': ${why}`);
  if (typeof raw !== "object" || raw === null || Array.isArray(raw)) throw refused("metadata must be an object");
  const metadata = raw as Record<string, unknown>;
  const names = Object.keys(metadata);
  if (names.length > METADATA_KEYS_MAX) throw refused(`metadata must have at most ${METADATA_KEYS_MAX} keys`);
  const filterable = Object.fromEntries(Object.entries(metadata).filter(([name]) => !nonFilterableKeys.includes(name)));
  for (const [name, value] of Object.entries(filterable)) {
    const values: unknown[] = Array.isArray(value) ? value : [value];
    if (!values.every((one) => ["string", "number", "boolean"].includes(typeof one))) {
      throw refused(`filterable metadata ${name} must be text, a number, a boolean or a list of them`);
    }
  }
  if (sizeOf(filterable) > FILTERABLE_METADATA_BYTES_MAX) {
    throw refused(`Filterable metadata must have at most ${FILTERABLE_METADATA_BYTES_MAX} bytes`);
  }
  if (sizeOf(metadata) > METADATA_BYTES_MAX) throw refused(`metadata must have at most ${METADATA_BYTES_MAX} bytes`);
  return metadata;
}

function sizeOf(metadata: object): number {
  return Buffer.byteLength(JSON.stringify(metadata));
}
