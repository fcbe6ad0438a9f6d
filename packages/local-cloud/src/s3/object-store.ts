import type { CloudDatabase } from "../store/database.ts";
import type { BodyFiles, Segment } from "./body-files.ts";

export interface ObjectRecord {
  readonly key: string;
  readonly size: number;
  /** Without quotes. */
  readonly etag: string;
  /** Epoch ms. */
  readonly modified: number;
  readonly details: ObjectDetails;
}

export interface ObjectDetails {
  readonly segments: readonly Segment[];
  /** content-type, content-encoding, cache-control, … as they are sent back. */
  readonly headers: Readonly<Record<string, string>>;
  readonly metadata: Readonly<Record<string, string>>;
  /** Header name → base64. */
  readonly checksums: Readonly<Record<string, string>>;
  readonly checksumType: "FULL_OBJECT" | "COMPOSITE";
  /** Key of KMS the body is encrypted with; absent or null: S3's own. */
  readonly keyArn?: string | null;
}

export interface ListedObject {
  readonly key: string;
  readonly size: number;
  readonly etag: string;
  readonly modified: number;
}

export type ObjectStore = ReturnType<typeof openObjectStore>;

export function openObjectStore({ sql }: CloudDatabase, files: BodyFiles) {
  const select = sql.prepare("SELECT size, etag, modified, json FROM object WHERE bucket = ? AND key = ?");
  const upsert = sql.prepare(
    "INSERT OR REPLACE INTO object (bucket, key, size, etag, modified, json) VALUES (?, ?, ?, ?, ?, ?)",
  );
  const remove = sql.prepare("DELETE FROM object WHERE bucket = ? AND key = ?");
  const any = sql.prepare("SELECT 1 FROM object WHERE bucket = ? LIMIT 1");
  const columns = "SELECT key, size, etag, modified FROM object WHERE bucket = ?";
  const from = sql.prepare(`${columns} AND key >= ? AND key < ? ORDER BY key LIMIT ?`);
  const after = sql.prepare(`${columns} AND key > ? AND key < ? ORDER BY key LIMIT ?`);
  const fromOpen = sql.prepare(`${columns} AND key >= ? ORDER BY key LIMIT ?`);
  const afterOpen = sql.prepare(`${columns} AND key > ? ORDER BY key LIMIT ?`);

  function find(bucket: string, key: string): ObjectRecord | null {
    const row = select.get(bucket, key);
    if (!row) return null;
    return {
      key,
      size: Number(row.size),
      etag: String(row.etag),
      modified: Number(row.modified),
      details: JSON.parse(String(row.json)) as ObjectDetails,
    };
  }

  return {
    find,
    /** Replaces what was there; bodies of the old object are removed. */
    save(bucket: string, object: ObjectRecord): void {
      const old = find(bucket, object.key);
      upsert.run(bucket, object.key, object.size, object.etag, object.modified, JSON.stringify(object.details));
      if (old) files.remove(old.details.segments);
    },
    remove(bucket: string, key: string): void {
      const old = find(bucket, key);
      if (!old) return;
      remove.run(bucket, key);
      files.remove(old.details.segments);
    },
    isEmpty: (bucket: string): boolean => any.get(bucket) === undefined,
    /** In UTF-8 order, as S3 lists. `end` null: to the last key. */
    range(
      bucket: string,
      start: { key: string; inclusive: boolean },
      end: string | null,
      limit: number,
    ): ListedObject[] {
      const rows =
        end === null
          ? (start.inclusive ? fromOpen : afterOpen).all(bucket, start.key, limit)
          : (start.inclusive ? from : after).all(bucket, start.key, end, limit);
      return rows.map((row) => ({
        key: String(row.key),
        size: Number(row.size),
        etag: String(row.etag),
        modified: Number(row.modified),
      }));
    },
  };
}
