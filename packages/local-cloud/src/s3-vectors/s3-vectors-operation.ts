import type { Cloud } from "../cloud.ts";
import type { JsonInput } from "../server/json-protocol.ts";
import type { BucketPlace, VectorBucket, VectorIndex, VectorStore } from "./vector-store.ts";

export interface VectorCall {
  readonly cloud: Cloud;
  readonly vectors: VectorStore;
  readonly input: JsonInput;
  /** Where the named bucket is or would be. */
  readonly place: BucketPlace;
  readonly indexName: string;
  /** Throws NotFoundException. */
  bucket(): VectorBucket;
  /** Throws NotFoundException. */
  index(): VectorIndex;
}

export type VectorOperation = (call: VectorCall) => unknown;
