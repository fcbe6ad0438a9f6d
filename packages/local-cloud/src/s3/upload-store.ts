import { randomBytes } from "node:crypto";
import type { CloudDatabase } from "../store/database.ts";
import type { BodyFiles, Segment } from "./body-files.ts";

export interface Upload {
  readonly id: string;
  readonly bucket: string;
  readonly key: string;
  readonly startedAt: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly metadata: Readonly<Record<string, string>>;
  /** Upper case; null when the client asked for none. */
  readonly checksumAlgorithm: string | null;
  readonly checksumType: "FULL_OBJECT" | "COMPOSITE";
  /** As in ObjectDetails. */
  readonly keyArn?: string | null;
}

export interface UploadPart {
  readonly number: number;
  readonly size: number;
  readonly etag: string;
  readonly modified: number;
  readonly segment: Segment;
  readonly checksums: Readonly<Record<string, string>>;
}

export type UploadStore = ReturnType<typeof openUploadStore>;

export function openUploadStore({ sql }: CloudDatabase, files: BodyFiles) {
  const insert = sql.prepare("INSERT INTO upload (id, bucket, key, started, json) VALUES (?, ?, ?, ?, ?)");
  const select = sql.prepare("SELECT json FROM upload WHERE id = ? AND bucket = ? AND key = ?");
  const ofBucket = sql.prepare("SELECT json FROM upload WHERE bucket = ? ORDER BY key, started");
  const removeUpload = sql.prepare("DELETE FROM upload WHERE id = ?");
  const partOne = sql.prepare("SELECT * FROM part WHERE upload = ? AND number = ?");
  const partAll = sql.prepare("SELECT * FROM part WHERE upload = ? ORDER BY number");
  const savePart = sql.prepare(
    "INSERT OR REPLACE INTO part (upload, number, size, etag, modified, json) VALUES (?, ?, ?, ?, ?, ?)",
  );
  const removeParts = sql.prepare("DELETE FROM part WHERE upload = ?");

  const toPart = (row: Record<string, unknown>): UploadPart => ({
    number: Number(row.number),
    size: Number(row.size),
    etag: String(row.etag),
    modified: Number(row.modified),
    ...(JSON.parse(String(row.json)) as Pick<UploadPart, "segment" | "checksums">),
  });
  const list = (bucket: string): Upload[] => ofBucket.all(bucket).map((row) => JSON.parse(String(row.json)) as Upload);
  const parts = (id: string): UploadPart[] => partAll.all(id).map(toPart);

  function remove(id: string): void {
    removeParts.run(id);
    removeUpload.run(id);
  }
  function abort(id: string): void {
    const segments = parts(id).map((part) => part.segment);
    remove(id);
    files.remove(segments);
  }

  return {
    list,
    parts,
    abort,
    /** The upload's rows; its bodies live on in the object made of them. */
    remove,
    abortAll: (bucket: string) => {
      for (const upload of list(bucket)) abort(upload.id);
    },
    start(upload: Omit<Upload, "id">): Upload {
      const started = { ...upload, id: randomBytes(48).toString("base64url") };
      insert.run(started.id, upload.bucket, upload.key, upload.startedAt, JSON.stringify(started));
      return started;
    },
    find(bucket: string, key: string, id: string): Upload | null {
      const row = select.get(id, bucket, key);
      return row ? (JSON.parse(String(row.json)) as Upload) : null;
    },
    savePart(id: string, part: UploadPart): void {
      const old = partOne.get(id, part.number);
      savePart.run(
        id,
        part.number,
        part.size,
        part.etag,
        part.modified,
        JSON.stringify({ segment: part.segment, checksums: part.checksums }),
      );
      if (old) files.remove([toPart(old).segment]);
    },
  };
}
