import { randomUUID } from "node:crypto";
import type { Cloud } from "../cloud.ts";

export interface BucketPlace {
  readonly accountId: string;
  readonly region: string;
  readonly bucket: string;
}

export interface VectorBucket extends BucketPlace {
  readonly createdAt: number;
}

export interface VectorIndex extends BucketPlace {
  /** New for each index, also of the same name. */
  readonly id: string;
  readonly name: string;
  readonly dimension: number;
  readonly metric: "cosine" | "euclidean";
  readonly nonFilterableKeys: readonly string[];
  readonly createdAt: number;
}

export interface StoredVector {
  readonly key: string;
  readonly data: Float32Array;
  readonly metadata: Readonly<Record<string, unknown>> | null;
}

export type VectorStore = ReturnType<typeof openVectorStore>;

export function openVectorStore({ database, now }: Cloud) {
  const { sql } = database;
  const buckets = new Map(database.documents<VectorBucket>("s3vectors.bucket").map(({ key, value }) => [key, value]));
  const indexes = new Map(database.documents<VectorIndex>("s3vectors.index").map(({ key, value }) => [key, value]));
  const upsert = sql.prepare("INSERT OR REPLACE INTO vector (idx, key, data, metadata) VALUES (?, ?, ?, ?)");
  const select = sql.prepare("SELECT key, data, metadata FROM vector WHERE idx = ? AND key = ?");
  const remove = sql.prepare("DELETE FROM vector WHERE idx = ? AND key = ?");
  const removeAll = sql.prepare("DELETE FROM vector WHERE idx = ?");
  const after = sql.prepare("SELECT key, data, metadata FROM vector WHERE idx = ? AND key > ? ORDER BY key");

  function inOneStep(work: () => void): void {
    sql.exec("BEGIN");
    try {
      work();
      sql.exec("COMMIT");
    } catch (error) {
      sql.exec("ROLLBACK");
      throw error;
    }
  }

  return {
    bucket: (place: BucketPlace): VectorBucket | null => buckets.get(bucketArn(place)) ?? null,
    buckets: (accountId: string, region: string): VectorBucket[] =>
      [...buckets.values()]
        .filter((bucket) => bucket.accountId === accountId && bucket.region === region)
        .sort((a, b) => (a.bucket < b.bucket ? -1 : 1)),
    createBucket({ accountId, region, bucket: name }: BucketPlace): void {
      const bucket = { accountId, region, bucket: name, createdAt: now() };
      buckets.set(bucketArn(bucket), bucket);
      database.saveDocument("s3vectors.bucket", bucketArn(bucket), bucket);
    },
    removeBucket(place: BucketPlace): void {
      buckets.delete(bucketArn(place));
      database.removeDocument("s3vectors.bucket", bucketArn(place));
    },
    index: (arn: string): VectorIndex | null => indexes.get(arn) ?? null,
    indexes: (place: BucketPlace): VectorIndex[] =>
      [...indexes.values()]
        .filter((index) => bucketArn(index) === bucketArn(place))
        .sort((a, b) => (a.name < b.name ? -1 : 1)),
    createIndex(description: Omit<VectorIndex, "id" | "createdAt">): VectorIndex {
      const index = { ...description, id: randomUUID(), createdAt: now() };
      indexes.set(indexArn(index), index);
      database.saveDocument("s3vectors.index", indexArn(index), index);
      return index;
    },
    removeIndex(index: VectorIndex): void {
      indexes.delete(indexArn(index));
      database.removeDocument("s3vectors.index", indexArn(index));
      removeAll.run(index.id);
    },
    /** All of them or none; a vector of the same key is replaced. */
    put: (index: VectorIndex, vectors: readonly StoredVector[]): void =>
      inOneStep(() => {
        for (const { key, data, metadata } of vectors) {
          upsert.run(index.id, key, new Uint8Array(data.buffer), metadata === null ? null : JSON.stringify(metadata));
        }
      }),
    find: (index: VectorIndex, key: string): StoredVector | null => {
      const row = select.get(index.id, key);
      return row ? vectorOf(row) : null;
    },
    remove: (index: VectorIndex, keys: readonly string[]): void =>
      inOneStep(() => {
        for (const key of keys) remove.run(index.id, key);
      }),
    /** In the order of their keys. The store must not change before the walk ends. */
    *walk(index: VectorIndex, afterKey = ""): Generator<StoredVector> {
      for (const row of after.iterate(index.id, afterKey)) yield vectorOf(row);
    },
  };
}

function vectorOf(row: Record<string, unknown>): StoredVector {
  const bytes = Uint8Array.from(row.data as Uint8Array);
  return {
    key: String(row.key),
    data: new Float32Array(bytes.buffer),
    metadata: row.metadata === null ? null : (JSON.parse(String(row.metadata)) as Record<string, unknown>),
  };
}

export function bucketArn({ accountId, region, bucket }: BucketPlace): string {
  return `arn:aws:s3vectors:${region}:${accountId}:bucket/${bucket}`;
}

export function indexArn(index: BucketPlace & { readonly name: string }): string {
  return `${bucketArn(index)}/index/${index.name}`;
}
