import { openSingleFileReader } from "@letsdata/connectors/s3/reader";
import { createRecordSplitter } from "@letsdata/handlers/record-splitter/record-splitter";
import { getRaw } from "../raw-http.ts";
import { sourceBucket } from "../sources.ts";
import { benchAccess } from "./bench-account.ts";

/** How records of the objects begin and end. */
export interface RecordEdges {
  readonly start: string;
  readonly end: string;
}

export interface ReadingRequest {
  readonly keys: readonly string[];
  readonly atOnce: number;
  /** Null: the raw loop, which throws the bytes away. */
  readonly edges: RecordEdges | null;
}

export type ReadingAnswer = { readonly bytes: number } | { readonly failed: string };

// Reads objects of the endpoint in its first argument as it is asked to, one request after the other.
const access = benchAccess(process.argv[2] ?? "");
const answer = (message: ReadingAnswer): void => void process.send?.(message);
process.on("message", ({ keys, atOnce, edges }: ReadingRequest) => {
  const read = (key: string) => (edges === null ? getRaw(access.endpoint, sourceBucket, key) : readRecords(key, edges));
  readAll(keys, atOnce, read).then(
    (bytes) => answer({ bytes }),
    (thrown: unknown) => answer({ failed: String(thrown) }),
  );
});

async function readAll(
  keys: readonly string[],
  atOnce: number,
  read: (key: string) => Promise<number>,
): Promise<number> {
  const left = keys.values();
  let bytes = 0;
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (const key of left) bytes += await read(key);
    }),
  );
  return bytes;
}

async function readRecords(key: string, { start, end }: RecordEdges): Promise<number> {
  const splitter = createRecordSplitter({
    fileType: "LOG",
    resolvedName: key,
    start: { kind: "pattern", pattern: Buffer.from(start) },
    end: { kind: "pattern", pattern: Buffer.from(end) },
  });
  const reader = openSingleFileReader({ bucketName: sourceBucket, access, splitter });
  let bytes = 0;
  for await (const batch of reader.read(null, new AbortController().signal)) bytes += batch.bytesRead;
  await reader.close();
  return bytes;
}
