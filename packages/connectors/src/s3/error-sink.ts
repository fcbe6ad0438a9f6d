import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { awsErrorStatus, classifyAwsError } from "@letsdata/aws/classify-error";
import { clientFor } from "@letsdata/aws/client-for";
import type { CloudAccess, TaskIdentity } from "@letsdata/plugin-kit/connector";
import type { ErrorSink } from "@letsdata/plugin-kit/error-sink";
import { crc32Checksum } from "./crc32-checksum.ts";
import { nameOfBucket } from "./permissions.ts";

/**
 * Error records as JSON lines (product.md §7). A repeated batch overwrites its own object; the pipeline repeats failed calls. Written under
 * `If-None-Match: *` first: where a file stands already, only the holder of the lease may replace it, or a zombie would change a
 * file that another attempt has registered.
 */
export function openS3ErrorSink(input: {
  readonly config: { readonly bucketName?: string | undefined };
  readonly access: CloudAccess;
  readonly task: TaskIdentity;
  readonly confirmLease?: (signal: AbortSignal) => Promise<void>;
}): ErrorSink {
  const { access, task } = input;
  const bucket = nameOfBucket(input.config);
  /** Files that begin with a record of this ordinal: one may have several error records, in files with others between. */
  const filesFrom = new Map<number, number>();
  return {
    async archive(records, firstOrdinal, signal) {
      // Most attempts archive nothing, and a client costs more than an empty task.
      const s3 = clientFor(S3Client, access);
      const piece = filesFrom.get(firstOrdinal) ?? 0;
      const key = `${task.datasetName}/${task.taskId}/${firstOrdinal}-${piece}.jsonl`;
      const body = Buffer.from(records.map((record) => `${JSON.stringify(record)}\n`).join(""));
      const object = {
        Bucket: bucket,
        Key: key,
        Body: body,
        ChecksumCRC32: crc32Checksum(body),
        ContentType: "application/x-ndjson",
      };
      const send = { abortSignal: signal };
      const failed = (thrown: unknown) => {
        signal.throwIfAborted();
        return classifyAwsError(thrown, { action: "s3:PutObject", resource: `arn:aws:s3:::${bucket}/${key}` });
      };
      try {
        await s3.send(new PutObjectCommand({ ...object, IfNoneMatch: "*" }), send);
      } catch (thrown) {
        if (awsErrorStatus(thrown) !== 412) throw failed(thrown);
        await input.confirmLease?.(signal);
        await s3.send(new PutObjectCommand(object), send).catch((again: unknown) => {
          throw failed(again);
        });
      }
      filesFrom.set(firstOrdinal, piece + 1);
      return { key, records: records.length, bytes: body.length };
    },
    close: () => Promise.resolve(),
  };
}
