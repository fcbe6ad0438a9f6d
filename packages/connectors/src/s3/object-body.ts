import { Readable } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import type { S3Client } from "@aws-sdk/client-s3";
import { awsErrorCode, awsErrorStatus, classifyAwsError, isWorthRepeating } from "@letsdata/aws/classify-error";
import { backoffMs } from "@letsdata/aws/with-retry";
import { Problem } from "@letsdata/plugin-kit/problems";
import { type GotObject, getObject } from "./get-object.ts";

/** Large objects come in ranges: a connection that only waits is closed by S3, and a range is a bounded loss. */
const RANGE_BYTES = 64 * 1024 * 1024;
/** The next range is asked for when this much of the present one is left, so its latency is hidden. */
const READ_AHEAD_BYTES = 4 * 1024 * 1024;
/** Failures in a row without one byte of progress. */
const FAILURES_MAX = 8;

export interface ObjectAddress {
  readonly s3: S3Client;
  readonly bucket: string;
  readonly key: string;
}

export interface ObjectBody {
  /** As S3 gave it, with its quotes. */
  readonly etag: string;
  /** Whole object, in bytes. */
  readonly size: number;
  /** Bytes received so far. */
  received(): number;
  readonly chunks: AsyncGenerator<Uint8Array>;
  /** Lets go of the connection, read to its end or not. */
  close(): Promise<void>;
}

interface RangeAnswer {
  readonly body: Readable;
  readonly etag: string;
  readonly size: number;
  /** Offset behind the range's last byte. */
  readonly end: number;
}

/**
 * Streams an object from byte `from`. Broken connections are continued at the byte reached, under the same ETag.
 * Throws SOURCE_NOT_FOUND, SOURCE_CHANGED (another ETag than `etag`), or the Problem of the failed call.
 */
export async function openObject(
  address: ObjectAddress,
  options: {
    readonly from: number;
    readonly etag: string | null;
    readonly signal: AbortSignal;
    readonly rangeBytes?: number | undefined;
  },
): Promise<ObjectBody> {
  const { signal, rangeBytes = RANGE_BYTES } = options;
  const first = await requestWithRetry(address, options.from, options.from + rangeBytes, options.etag, signal);
  const { etag, size } = first;
  let received = 0;

  async function* chunks(): AsyncGenerator<Uint8Array> {
    let position = options.from;
    let answer: RangeAnswer = first;
    let ahead: Promise<RangeAnswer> | null = null;
    let failures = 0;
    try {
      for (;;) {
        const stopReading = () => answer.body.destroy(new Error("aborted"));
        signal.addEventListener("abort", stopReading, { once: true });
        try {
          signal.throwIfAborted();
          for await (const chunk of answer.body as AsyncIterable<Uint8Array>) {
            position += chunk.length;
            received += chunk.length;
            failures = 0;
            if (!ahead && answer.end < size && answer.end - position <= READ_AHEAD_BYTES) {
              ahead = requestWithRetry(address, answer.end, answer.end + rangeBytes, etag, signal);
              ahead.catch(() => {});
            }
            yield chunk;
          }
          if (position < answer.end) throw new Problem("CLOUD_UNAVAILABLE", "The body ended early.");
        } catch (thrown) {
          signal.throwIfAborted();
          const problem = readProblem(thrown, address, true);
          failures += 1;
          if (!isWorthRepeating(problem) || failures > FAILURES_MAX) throw problem;
          await delay(backoffMs(failures - 1), undefined, { signal });
          answer = await requestWithRetry(address, position, answer.end, etag, signal);
          continue;
        } finally {
          signal.removeEventListener("abort", stopReading);
        }
        if (position >= size) return;
        answer = await (ahead ?? requestWithRetry(address, position, position + rangeBytes, etag, signal));
        ahead = null;
      }
    } finally {
      answer.body.destroy();
      ahead?.then(
        (unused) => unused.body.destroy(),
        () => {},
      );
    }
  }
  const all = chunks();
  const close = async (): Promise<void> => {
    await all.return(undefined);
    // One that was never read from has not begun, and nothing of it runs at its end.
    first.body.destroy();
  };
  return { etag, size, received: () => received, chunks: all, close };
}

async function requestWithRetry(
  address: ObjectAddress,
  from: number,
  end: number,
  etag: string | null,
  signal: AbortSignal,
): Promise<RangeAnswer> {
  for (let failures = 1; ; failures++) {
    try {
      return await request(address, from, end, etag, signal);
    } catch (thrown) {
      signal.throwIfAborted();
      const problem = readProblem(thrown, address, etag !== null);
      if (!isWorthRepeating(problem) || failures > FAILURES_MAX) throw problem;
      await delay(backoffMs(failures), undefined, { signal });
    }
  }
}

async function request(
  { s3, bucket, key }: ObjectAddress,
  from: number,
  end: number,
  etag: string | null,
  signal: AbortSignal,
): Promise<RangeAnswer> {
  let answer: GotObject;
  try {
    answer = await getObject(s3, { bucket, key, etag, range: `bytes=${from}-${end - 1}` }, signal);
  } catch (thrown) {
    if (awsErrorStatus(thrown) !== 416) throw thrown;
    // An empty object, or a position at the very end: there is no range to ask for.
    const { body, etag: present, contentLength } = await getObject(s3, { bucket, key, etag, range: null }, signal);
    // Behind the end of an object that was read out there may be gigabytes before that end: they are not fetched again.
    if (contentLength > 0) body.destroy();
    else body.resume();
    if (contentLength > from) throw new Problem("CLOUD_UNAVAILABLE", `S3 refused a range of s3://${bucket}/${key}.`);
    return { body: Readable.from([]), etag: present, size: from, end: from };
  }
  const { body } = answer;
  const range = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(answer.contentRange);
  const size = range ? Number(range[3]) : answer.contentLength;
  const begins = range ? Number(range[1]) : 0;
  if (begins !== from) {
    body.destroy();
    throw new Problem("CLOUD_UNAVAILABLE", `S3 answered another range of s3://${bucket}/${key} than asked for.`);
  }
  return { body, etag: answer.etag, size, end: range ? Number(range[2]) + 1 : size };
}

function readProblem(thrown: unknown, { bucket, key }: ObjectAddress, known: boolean): Problem {
  if (thrown instanceof Problem) return thrown;
  const name = `s3://${bucket}/${key}`;
  const code = awsErrorCode(thrown);
  if (code === "NoSuchKey") {
    return known
      ? new Problem("SOURCE_CHANGED", `${name} was removed while it was being read.`, { cause: thrown })
      : new Problem("SOURCE_NOT_FOUND", `${name} does not exist.`, { cause: thrown });
  }
  if (code === "NoSuchBucket") {
    return new Problem("SOURCE_NOT_FOUND", `The bucket ${bucket} does not exist.`, { cause: thrown });
  }
  if (code === "PreconditionFailed" || awsErrorStatus(thrown) === 412) {
    return new Problem("SOURCE_CHANGED", `${name} is not the object it was when reading began (ETag).`, {
      cause: thrown,
    });
  }
  return classifyAwsError(thrown, { action: "s3:GetObject", resource: `arn:aws:s3:::${bucket}/${key}` });
}
