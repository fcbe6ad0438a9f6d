import { once } from "node:events";
import type { Transform } from "node:stream";
import { createGzip, createZstdCompress } from "node:zlib";
import { S3Client } from "@aws-sdk/client-s3";
import { clientFor } from "@letsdata/aws/client-for";
import type { CloudAccess, TaskIdentity } from "@letsdata/plugin-kit/connector";
import { Problem } from "@letsdata/plugin-kit/problems";
import type { PreparedDocument, Writer } from "@letsdata/plugin-kit/writer";
import { type ObjectUpload, uploadObject } from "./object-upload.ts";
import { nameOfBucket } from "./permissions.ts";
import { deletePrefix } from "./provision.ts";

const DOCUMENT_BYTES_MAX = 64 * 1024 * 1024;
const BATCH_DOCUMENTS_MAX = 1_000;
const BATCH_BYTES_MAX = DOCUMENT_BYTES_MAX;
const PACK_CHUNK_BYTES = 256 * 1024;
const BYTES_PER_MEGABYTE = 1024 * 1024;

export interface S3WriteTarget {
  readonly bucketName?: string | undefined;
  readonly s3KeyPrefix?: string | undefined;
  readonly writerType?: string | undefined;
  readonly s3FileFormat?: string | undefined;
  readonly s3Compression?: string | undefined;
  readonly s3FileSizeInMegabytes?: number | undefined;
}

/** JSON lines into objects of a bounded uncompressed size (product.md §6.3). */
export function openS3Writer(input: {
  readonly config: S3WriteTarget;
  readonly access: CloudAccess;
  readonly task: TaskIdentity;
  readonly confirmLease?: (signal: AbortSignal) => Promise<void>;
}): Writer {
  const { config, access, task } = input;
  if (config.writerType === "Spark") throw unavailable("The Spark writer");
  if (config.s3FileFormat === "PARQUET") throw unavailable("Parquet output");
  const packing = config.s3Compression ?? "GZIP";
  const bucket = nameOfBucket(config);
  const s3 = clientFor(S3Client, access);
  const fileBytes = (config.s3FileSizeInMegabytes ?? 64) * BYTES_PER_MEGABYTE;
  const confirmLease = input.confirmLease ?? (() => Promise.resolve());
  let open: OpenObject | null = null;

  return {
    limits: {
      maxDocumentBytes: DOCUMENT_BYTES_MAX,
      maxBatchDocuments: BATCH_DOCUMENTS_MAX,
      maxBatchBytes: BATCH_BYTES_MAX,
    },
    concurrentBatches: 1,
    prepare(document, ordinal) {
      const bytes = Buffer.byteLength(document.body) + 1;
      if (bytes > DOCUMENT_BYTES_MAX) {
        return { code: "DOCUMENT_TOO_LARGE", message: `The document has ${bytes} bytes; an S3 line may have 64 MiB.` };
      }
      return { document, ordinal, payload: oneLine(document.body), bytes };
    },
    async write(batch, signal) {
      const first = batch[0];
      if (!first) return [];
      open ??= openPart({
        upload: (key, contentType) => uploadObject({ s3, bucket, key }, { contentType, confirmLease, signal }),
        key: partKey(config, task, first.ordinal, packing),
        packing,
      });
      await open.append(batch);
      return [];
    },
    wantsFlush: () => open !== null && open.plainBytes() >= fileBytes,
    async flush() {
      if (open === null) return;
      await open.finish();
      open = null;
    },
    async close() {
      await open?.abandon();
      open = null;
    },
  };
}

/** RESTART_FROM_BEGINNING: the task's objects go first. */
export function removeS3TaskOutput(
  input: { readonly config: S3WriteTarget; readonly access: CloudAccess; readonly task: TaskIdentity },
  signal: AbortSignal,
): Promise<void> {
  const s3 = clientFor(S3Client, input.access);
  return deletePrefix({ s3, bucket: nameOfBucket(input.config), prefix: taskPrefix(input.config, input.task) }, signal);
}

function taskPrefix(config: S3WriteTarget, task: TaskIdentity): string {
  return `${config.s3KeyPrefix ?? ""}${task.datasetName}/${task.taskId}/`;
}

export function partKey(config: S3WriteTarget, task: TaskIdentity, ordinal: number, packing: string): string {
  const suffix = packing === "GZIP" ? ".gz" : packing === "ZSTD" ? ".zst" : "";
  return `${taskPrefix(config, task)}part-${String(ordinal).padStart(12, "0")}.jsonl${suffix}`;
}

/** A line break inside a body would end the line early; JSON bodies hold none unless a handler serialised prettily. */
function oneLine(body: string): string {
  return body.includes("\n") || body.includes("\r") ? `${body.replace(/\r\n|\r|\n/g, " ")}\n` : `${body}\n`;
}

interface OpenObject {
  append(batch: readonly PreparedDocument[]): Promise<void>;
  plainBytes(): number;
  finish(): Promise<void>;
  abandon(): Promise<void>;
}

function openPart(options: {
  readonly upload: (key: string, contentType: string) => ObjectUpload;
  readonly key: string;
  readonly packing: string;
}): OpenObject {
  const upload = options.upload(options.key, contentType(options.packing));
  const packer = packerFor(options.packing);
  let plain = 0;
  let failure: unknown = null;
  let ended = false;
  const emptied = packer ? drain(packer) : null;

  async function drain(from: Transform): Promise<void> {
    try {
      for await (const bytes of from as AsyncIterable<Buffer>) await upload.add(bytes);
    } catch (thrown) {
      failure ??= thrown;
      from.destroy();
    }
  }

  return {
    async append(batch) {
      if (failure) throw failure;
      const lines = Buffer.from(batch.map(({ payload }) => payload as string).join(""));
      plain += lines.length;
      if (!packer) return upload.add(lines);
      if (!packer.write(lines)) await Promise.race([once(packer, "drain").catch(() => {}), emptied]);
      if (failure) throw failure;
    },
    plainBytes: () => plain,
    async finish() {
      if (packer && !ended) packer.end();
      ended = true;
      await emptied;
      if (failure) throw failure;
      await upload.complete();
    },
    async abandon() {
      packer?.destroy();
      await emptied;
      await upload.abort();
    },
  };
}

function packerFor(packing: string): Transform | null {
  if (packing === "GZIP") return createGzip({ chunkSize: PACK_CHUNK_BYTES });
  if (packing === "ZSTD") return createZstdCompress({ chunkSize: PACK_CHUNK_BYTES });
  return null;
}

function contentType(packing: string): string {
  return packing === "GZIP" ? "application/gzip" : packing === "ZSTD" ? "application/zstd" : "application/x-ndjson";
}

function unavailable(what: string): Problem {
  return new Problem(
    "NOT_AVAILABLE_LOCALLY",
    `${what} is not available yet; choose s3FileFormat JSONL and writerType Default.`,
    {
      path: "writeConnector.s3FileFormat",
    },
  );
}
