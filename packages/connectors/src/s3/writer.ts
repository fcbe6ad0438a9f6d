import { S3Client } from "@aws-sdk/client-s3";
import { clientFor } from "@letsdata/aws/client-for";
import type { CloudAccess, TaskIdentity } from "@letsdata/plugin-kit/connector";
import type { OutputDocument } from "@letsdata/plugin-kit/handler";
import { Problem } from "@letsdata/plugin-kit/problems";
import type { PreparedDocument, Unwritable, Writer } from "@letsdata/plugin-kit/writer";
import { exactRow } from "./exact-rows.ts";
import { failForGood } from "./fail-for-good.ts";
import type { ObjectAddress } from "./object-body.ts";
import { removeLeftover, uploadObject } from "./object-upload.ts";
import { openJsonLines } from "./open-json-lines.ts";
import type { OpenObject } from "./open-object.ts";
import { nameOfBucket } from "./permissions.ts";
import { deletePrefix } from "./provision.ts";

const DOCUMENT_BYTES_MAX = 64 * 1024 * 1024;
const BATCH_DOCUMENTS_MAX = 1_000;
const BATCH_BYTES_MAX = DOCUMENT_BYTES_MAX;
const BYTES_PER_MEGABYTE = 1024 * 1024;

export interface S3WriteTarget {
  readonly bucketName?: string | undefined;
  readonly s3KeyPrefix?: string | undefined;
  readonly writerType?: string | undefined;
  /** Of Spark's files. */
  readonly sparkFileFormat?: string | undefined;
  readonly s3FileFormat?: FileFormat | undefined;
  readonly s3Compression?: Packing | undefined;
  readonly s3FileSizeInMegabytes?: number | undefined;
}

export type Packing = "GZIP" | "NONE" | "ZSTD";
type FileFormat = "JSONL" | "PARQUET";

/**
 * JSON lines or Parquet rows into objects of a bounded uncompressed size (product.md §6.3). The checkpoint follows each object, so a dead
 * attempt leaves at most one behind it: it bears the checkpoint's ordinal, whatever its documents, and the next attempt's takes its place.
 */
export function openS3Writer(input: {
  readonly config: S3WriteTarget;
  readonly access: CloudAccess;
  readonly task: TaskIdentity;
  readonly confirmLease?: (signal: AbortSignal) => Promise<void>;
}): Writer {
  const { config, access, task } = input;
  if (config.writerType === "Spark") throw notOurs();
  const format = config.s3FileFormat ?? "JSONL";
  const packing = config.s3Compression ?? "GZIP";
  const bucket = nameOfBucket(config);
  const s3 = clientFor(S3Client, access);
  const fileBytes = (config.s3FileSizeInMegabytes ?? 64) * BYTES_PER_MEGABYTE;
  const confirmLease = input.confirmLease ?? (() => Promise.resolve());
  let open: OpenObject | null = null;
  let firstOrdinal: number | null = null;
  let mayHaveLeftover = true;

  function addressOfPart(): ObjectAddress {
    if (firstOrdinal === null) throw new Problem("INTERNAL", "The writer was not told where the checkpoint is.");
    return { s3, bucket, key: partKey(config, task, firstOrdinal) };
  }

  async function openPart(signal: AbortSignal): Promise<OpenObject> {
    const contentType = format === "PARQUET" ? "application/vnd.apache.parquet" : contentTypes[packing];
    const upload = uploadObject(addressOfPart(), { contentType, confirmLease, signal });
    if (format === "JSONL") return openJsonLines(upload, packing);
    const { openParquet } = await import("./open-parquet.ts");
    return openParquet(upload, packing);
  }

  return {
    limits: {
      maxDocumentBytes: DOCUMENT_BYTES_MAX,
      maxBatchDocuments: BATCH_DOCUMENTS_MAX,
      maxBatchBytes: BATCH_BYTES_MAX,
    },
    concurrentBatches: 1,
    checkpointAt(ordinal) {
      firstOrdinal = ordinal;
    },
    prepare(document, ordinal) {
      const bytes = Buffer.byteLength(document.body) + 1;
      if (bytes > DOCUMENT_BYTES_MAX) {
        return { code: "DOCUMENT_TOO_LARGE", message: `The document has ${bytes} bytes; an S3 line may have 64 MiB.` };
      }
      if (format === "PARQUET") return rowOf(document, ordinal, bytes);
      return { document, ordinal, payload: oneLine(document.body), bytes };
    },
    async write(batch, signal) {
      if (batch.length === 0) return [];
      open ??= await openPart(signal);
      await open.append(batch).catch(failForGood);
      return [];
    },
    wantsFlush: () => open !== null && (open.plainBytes() >= fileBytes || open.isFull?.() === true),
    async flush(signal) {
      if (open !== null) await open.finish().catch(failForGood);
      else if (mayHaveLeftover) await removeLeftover(addressOfPart(), { confirmLease, signal }).catch(failForGood);
      open = null;
      mayHaveLeftover = false;
    },
    async close() {
      await open?.abandon();
      open = null;
    },
  };
}

/** RESTART_FROM_BEGINNING: the task's objects go first. */
export function removeS3TaskOutput(
  input: {
    readonly config: S3WriteTarget;
    readonly access: CloudAccess;
    readonly task: TaskIdentity;
    readonly confirmLease: (signal: AbortSignal) => Promise<void>;
  },
  signal: AbortSignal,
): Promise<void> {
  const s3 = clientFor(S3Client, input.access);
  const prefix =
    input.config.writerType === "Spark" ? sparkPrefix(input.config, input.task) : taskPrefix(input.config, input.task);
  return deletePrefix({ s3, bucket: nameOfBucket(input.config), prefix }, signal, input.confirmLease);
}

function taskPrefix(config: S3WriteTarget, task: TaskIdentity): string {
  return `${config.s3KeyPrefix ?? ""}${task.datasetName}/${task.taskId}/`;
}

/** The object or folder that Spark writes for a task (product.md §8.3). */
function sparkPrefix(config: S3WriteTarget, task: TaskIdentity): string {
  return `${config.s3KeyPrefix ?? ""}${task.datasetName}/${task.taskId}.${config.sparkFileFormat ?? "json"}`;
}

/** Parquet packs its pages inside, so the name of such an object says nothing of packing. */
export function partKey(config: S3WriteTarget, task: TaskIdentity, ordinal: number): string {
  const { s3FileFormat = "JSONL", s3Compression = "GZIP" } = config;
  const suffix = s3FileFormat === "PARQUET" ? ".parquet" : `.jsonl${suffixes[s3Compression]}`;
  return `${taskPrefix(config, task)}part-${String(ordinal).padStart(12, "0")}${suffix}`;
}

const suffixes: Readonly<Record<Packing, string>> = { GZIP: ".gz", ZSTD: ".zst", NONE: "" };
const contentTypes: Readonly<Record<Packing, string>> = {
  GZIP: "application/gzip",
  ZSTD: "application/zstd",
  NONE: "application/x-ndjson",
};

function rowOf(document: OutputDocument, ordinal: number, bytes: number): PreparedDocument | Unwritable {
  try {
    const fields: unknown = exactRow(document);
    if (typeof fields === "object" && fields !== null && !Array.isArray(fields)) {
      return { document, ordinal, payload: fields, bytes };
    }
  } catch {
    // Not JSON: said below.
  }
  return { code: "INVALID_DOCUMENT", message: "The document is no JSON object, so it has no columns." };
}

/** A line break inside a body would end the line early; JSON bodies hold none unless a handler serialised prettily. */
function oneLine(body: string): string {
  return body.includes("\n") || body.includes("\r") ? `${body.replace(/\r\n|\r|\n/g, " ")}\n` : `${body}\n`;
}

/** Spark's own code writes; only an engine that is not Spark's asks for a writer here. */
function notOurs(): Problem {
  return new Problem("CONFIG_INVALID", "writerType Spark needs the SPARK compute engine.", {
    path: "writeConnector.writerType",
  });
}
