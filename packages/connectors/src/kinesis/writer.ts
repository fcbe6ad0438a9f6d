import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import { KinesisClient, PutRecordsCommand } from "@aws-sdk/client-kinesis";
import { classifyAwsError } from "@letsdata/aws/classify-error";
import { clientFor } from "@letsdata/aws/client-for";
import type { CloudAccess } from "@letsdata/plugin-kit/connector";
import type { OutputDocument } from "@letsdata/plugin-kit/handler";
import type { Rejection, Writer } from "@letsdata/plugin-kit/writer";
import { type KinesisTarget, nameOfStream, streamArn } from "./permissions.ts";

/** https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecords.html */
const BATCH_RECORDS_MAX = 500;
const BATCH_BYTES_MAX = 5 * 1024 * 1024;
/** Data and partition key together. */
const RECORD_BYTES_MAX = 1024 * 1024;
const PARTITION_KEY_CHARACTERS_MAX = 256;
const CONCURRENT_BATCHES = 4;

/** A document is one gzip record. */
export function openKinesisWriter(input: { readonly config: KinesisTarget; readonly access: CloudAccess }): Writer {
  const StreamName = nameOfStream(input.config);
  const kinesis = clientFor(KinesisClient, input.access);
  const call = { action: "kinesis:PutRecords", resource: streamArn(input.config, input.access) };
  return {
    limits: {
      maxDocumentBytes: RECORD_BYTES_MAX,
      maxBatchDocuments: BATCH_RECORDS_MAX,
      maxBatchBytes: BATCH_BYTES_MAX,
    },
    concurrentBatches: CONCURRENT_BATCHES,
    prepare(document, ordinal) {
      const key = partitionKey(document);
      if (key === "") {
        return { code: "INVALID_DOCUMENT_KEY", message: "The document has neither a partitionKey nor a documentId." };
      }
      const payload = pack(Buffer.from(document.body));
      const bytes = payload.length + Buffer.byteLength(key);
      if (bytes > RECORD_BYTES_MAX) {
        return {
          code: "DOCUMENT_TOO_LARGE",
          message: `The document has ${bytes} bytes packed, with its key; a Kinesis record may have 1 MiB.`,
        };
      }
      return { document, ordinal, payload, bytes };
    },
    async write(batch, signal) {
      const Records = batch.map(({ payload, document }) => ({
        Data: payload as Uint8Array,
        PartitionKey: partitionKey(document),
      }));
      const answer = await kinesis
        .send(new PutRecordsCommand({ StreamName, Records }), { abortSignal: signal })
        .catch((thrown: unknown) => {
          signal.throwIfAborted();
          throw classifyAwsError(thrown, call);
        });
      if (!answer.FailedRecordCount) return [];
      const rejections: Rejection[] = [];
      for (const [index, result] of (answer.Records ?? []).entries()) {
        if (result.ErrorCode) rejections.push({ index, reason: result.ErrorCode, retry: true });
      }
      return rejections;
    },
    close: () => Promise.resolve(),
  };
}

/** As given; the document id when empty; Base64(MD5) when longer than Kinesis takes. */
export function partitionKey({
  partitionKey,
  documentId,
}: Pick<OutputDocument, "partitionKey" | "documentId">): string {
  const key = partitionKey === "" ? documentId : partitionKey;
  if (key.length <= PARTITION_KEY_CHARACTERS_MAX || [...key].length <= PARTITION_KEY_CHARACTERS_MAX) return key;
  return createHash("md5").update(key).digest("base64");
}

/**
 * gzip with a window and buffers of the body's size: the same bytes out, but a small document costs a third
 * (15 µs instead of 46 µs for 235 bytes), because zlib's set-up dominates.
 */
export function pack(body: Buffer): Buffer {
  const windowBits = Math.min(15, Math.max(10, Math.ceil(Math.log2(body.length + 1))));
  if (windowBits === 15) return gzipSync(body);
  return gzipSync(body, {
    windowBits,
    memLevel: Math.max(4, windowBits - 6),
    chunkSize: Math.max(1024, body.length),
  });
}
