import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  ListObjectsV2Command,
  ListPartsCommand,
  PutObjectCommand,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { awsErrorCode, awsErrorStatus, isWorthRepeating } from "@letsdata/aws/classify-error";
import { withRetry } from "@letsdata/aws/with-retry";
import { Problem } from "@letsdata/plugin-kit/problems";
import type { ObjectAddress } from "./object-body.ts";

/** Smaller objects go in one call. https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html: parts of 5 MiB or more */
export const PART_BYTES = 8 * 1024 * 1024;
const PARTS_IN_FLIGHT_MAX = 2;
/** A zombie may come back a few times; more means something else writes these keys. */
const CONFLICTS_MAX = 5;

export interface ObjectUpload {
  /** Accepts packed bytes; waits while too many parts are on their way. Throws what an earlier part met. */
  add(bytes: Uint8Array): Promise<void>;
  /** Makes the object visible, whole. Throws UPLOAD_LOST where S3 has ended the upload: its parts are gone. */
  complete(): Promise<void>;
  /** Gives the unfinished parts back. Never throws. */
  abort(): Promise<void>;
}

interface UnderLease {
  /** Throws LEASE_LOST, or DATABASE_UNAVAILABLE, after which it is asked again. */
  readonly confirmLease: (signal: AbortSignal) => Promise<void>;
  readonly signal: AbortSignal;
}

/** Removes what an earlier attempt may have left under the key; whoever has lost the lease removes nothing. */
export async function removeLeftover(
  { s3, bucket, key }: ObjectAddress,
  { confirmLease, signal }: UnderLease,
): Promise<void> {
  await withRetry(() => confirmLease(signal), { signal });
  const call = { action: "s3:DeleteObject", resource: `arn:aws:s3:::${bucket}/${key}` };
  await withRetry(() => s3.send(new DeleteObjectCommand({ Bucket: bucket, Key: key }), { abortSignal: signal }), {
    call,
    signal,
  });
}

/**
 * One object, written once: it becomes visible only to the holder of the lease and under `If-None-Match: *`. If an earlier attempt left an
 * object of that key, the holder of the lease removes it and tries again.
 */
export function uploadObject(
  address: ObjectAddress,
  options: UnderLease & { readonly contentType: string },
): ObjectUpload {
  const { s3, bucket, key } = address;
  const { signal } = options;
  const place = { Bucket: bucket, Key: key };
  const send = { abortSignal: signal };
  const resource = `arn:aws:s3:::${bucket}/${key}`;
  const retry = <T>(attempt: () => Promise<T>, action = "s3:PutObject", worthRepeating = isWorthRepeating) =>
    withRetry(attempt, { call: { action, resource }, signal, worthRepeating });

  let waiting: Uint8Array[] = [];
  let waitingBytes = 0;
  let uploadId: string | null = null;
  let failure: unknown = null;
  let completed = false;
  let sentBytes = 0;
  const parts: { PartNumber: number; ETag: string | undefined }[] = [];
  const inFlight = new Set<Promise<void>>();

  async function sendPart(): Promise<void> {
    uploadId ??=
      (
        await retry(() =>
          s3.send(new CreateMultipartUploadCommand({ ...place, ContentType: options.contentType }), send),
        )
      ).UploadId ?? null;
    const part = { PartNumber: parts.length + 1, ETag: undefined as string | undefined };
    parts.push(part);
    const Body = Buffer.concat(waiting);
    sentBytes += Body.length;
    waiting = [];
    waitingBytes = 0;
    const UploadId = uploadId ?? "";
    const sending = retry(async () => {
      const answer = await s3.send(
        new UploadPartCommand({ ...place, UploadId, PartNumber: part.PartNumber, Body }),
        send,
      );
      part.ETag = answer.ETag;
    })
      .catch((thrown: unknown) => {
        failure ??= thrown;
      })
      .finally(() => inFlight.delete(sending));
    inFlight.add(sending);
    while (inFlight.size >= PARTS_IN_FLIGHT_MAX) await Promise.race(inFlight);
  }

  /** Repeats `attempt` until the object stands there; `isOurs` tells whether a refusal hides an earlier success whose answer was lost. */
  async function publish(attempt: () => Promise<unknown>, isOurs: () => Promise<boolean>): Promise<void> {
    const worthRepeating = (problem: Problem) => isWorthRepeating(problem) && !endsUpload(problem);
    for (let conflicts = 0; ; conflicts++) {
      try {
        await retry(attempt, "s3:PutObject", worthRepeating);
        return;
      } catch (thrown) {
        // What stands there now may be of the same size, and is another's.
        if (endsUpload(thrown)) throw uploadLost(thrown);
        const uploadIsGone = awsCode(thrown) === "NoSuchUpload";
        if (!uploadIsGone && (!isExisting(thrown) || conflicts >= CONFLICTS_MAX)) throw thrown;
        if (await isOurs()) return;
        if (uploadIsGone) throw uploadLost(thrown);
        await removeLeftover(address, options);
      }
    }
  }

  /** Another write of the key came in between: a single call is repeated, an upload has to be begun again. */
  function endsUpload(thrown: unknown): boolean {
    return uploadId !== null && awsCode(thrown) === "ConditionalRequestConflict";
  }

  function uploadLost(cause: unknown): Problem {
    return new Problem("UPLOAD_LOST", `S3 gave up the unfinished upload of ${resource} (${awsCode(cause)}).`, {
      cause,
    });
  }

  /** The upload is closed and an object of its size stands under its key: it was completed, only the answer was lost. */
  async function wasCompleted(UploadId: string): Promise<boolean> {
    try {
      await retry(
        () => s3.send(new ListPartsCommand({ ...place, UploadId, MaxParts: 1 }), send),
        "s3:ListMultipartUploadParts",
      );
      return false;
    } catch (thrown) {
      if (awsCode(thrown) !== "NoSuchUpload") throw thrown;
    }
    const found = await retry(
      () => s3.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: key, MaxKeys: 1 }), send),
      "s3:ListBucket",
    );
    const object = found.Contents?.[0];
    return object?.Key === key && object.Size === sentBytes;
  }

  return {
    async add(bytes) {
      if (failure) throw failure;
      waiting.push(bytes);
      waitingBytes += bytes.length;
      if (waitingBytes >= PART_BYTES) await sendPart();
    },
    async complete() {
      if (completed) return;
      await withRetry(() => options.confirmLease(signal), { signal });
      if (uploadId === null) {
        const Body = Buffer.concat(waiting);
        await publish(
          () =>
            s3.send(new PutObjectCommand({ ...place, Body, ContentType: options.contentType, IfNoneMatch: "*" }), send),
          () => Promise.resolve(false),
        );
      } else {
        if (waitingBytes > 0) await sendPart();
        await Promise.all(inFlight);
        if (failure) throw failure;
        const UploadId = uploadId;
        await publish(
          () =>
            s3.send(
              new CompleteMultipartUploadCommand({
                ...place,
                UploadId,
                MultipartUpload: { Parts: parts },
                IfNoneMatch: "*",
              }),
              send,
            ),
          () => wasCompleted(UploadId),
        );
      }
      completed = true;
    },
    async abort() {
      if (completed || uploadId === null) return;
      await Promise.all(inFlight);
      const UploadId = uploadId;
      await s3.send(new AbortMultipartUploadCommand({ ...place, UploadId })).catch(() => {});
    },
  };
}

function isExisting(thrown: unknown): boolean {
  return awsCode(thrown) === "PreconditionFailed" || awsErrorStatus(causeOf(thrown)) === 412;
}

function awsCode(thrown: unknown): string {
  return awsErrorCode(causeOf(thrown));
}

function causeOf(thrown: unknown): unknown {
  return thrown instanceof Problem ? thrown.cause : thrown;
}
