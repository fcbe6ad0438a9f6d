import { createHash, type Hash } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { AwsError } from "../server/aws-error.ts";
import type { CloudRequest } from "../server/service.ts";
import {
  CHECKSUM_ALGORITHMS,
  type ChecksumAlgorithm,
  checksumHeader,
  type RunningChecksum,
  startChecksum,
} from "../signature/checksums.ts";
import { ChunkedBody } from "../signature/chunked-body.ts";
import type { BodyFiles, Segment } from "./body-files.ts";

export interface ReceivedBody {
  readonly segment: Segment;
  readonly md5: Buffer;
  /** Header name → base64: what the client asked to be checked, and was. */
  readonly checksums: Readonly<Record<string, string>>;
}

/** One PUT: https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html */
const PUT_BYTES_MAX = 5 * 1024 ** 3;
const SMALL_BYTES_MAX = 1024 * 1024;
const FLUSH_BYTES = 1024 * 1024;

/** Streams a body to disk, checking length, Content-MD5, signed hash and checksums. Nothing stays behind when a check fails. */
export async function receiveBody(request: CloudRequest, files: BodyFiles): Promise<ReceivedBody> {
  const expectedBytes = declaredLength(request);
  const body = openBody(request);
  const checks = startChecks(request);
  if (expectedBytes <= SMALL_BYTES_MAX) {
    const pieces: Buffer[] = [];
    let size = 0;
    for await (const piece of body.pieces) {
      size += piece.length;
      if (size > expectedBytes) throw incomplete();
      pieces.push(piece);
    }
    const whole = pieces.length === 1 ? (pieces[0] as Buffer) : Buffer.concat(pieces);
    checks.update(whole);
    const result = checks.finish(whole.length, expectedBytes, body.trailers);
    return { segment: files.writeSmall(whole), ...result };
  }
  const file = await files.receive();
  try {
    let size = 0;
    let waiting: Buffer[] = [];
    let waitingBytes = 0;
    let writing: Promise<unknown> = Promise.resolve();
    for await (const piece of body.pieces) {
      size += piece.length;
      if (size > expectedBytes) throw incomplete();
      checks.update(piece);
      waiting.push(piece);
      waitingBytes += piece.length;
      if (waitingBytes >= FLUSH_BYTES) {
        await writing;
        writing = writeAll(file.handle, waiting, waitingBytes);
        // Only awaited one buffer later: without this a failure meanwhile would count as unhandled.
        writing.catch(() => undefined);
        waiting = [];
        waitingBytes = 0;
      }
    }
    await writing;
    if (waitingBytes > 0) await writeAll(file.handle, waiting, waitingBytes);
    await file.handle.close();
    const result = checks.finish(size, expectedBytes, body.trailers);
    return { segment: file.keep(size), ...result };
  } catch (error) {
    await file.handle.close().catch(() => undefined);
    file.discard();
    throw error;
  }
}

/** A small body, decoded and checked, as text. */
export async function receiveText(request: CloudRequest, bytesMax = 2 * 1024 * 1024): Promise<string> {
  const body = openBody(request);
  const checks = startChecks(request);
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of body.pieces) {
    size += piece.length;
    if (size > bytesMax) throw new AwsError("MaxMessageLengthExceeded", "Your request was too large.", 400);
    pieces.push(piece);
  }
  const whole = Buffer.concat(pieces);
  checks.update(whole);
  checks.finish(size, size, body.trailers);
  return whole.toString("utf8");
}

async function writeAll(
  handle: import("node:fs/promises").FileHandle,
  buffers: Buffer[],
  bytes: number,
): Promise<void> {
  const { bytesWritten } = await handle.writev(buffers);
  if (bytesWritten < bytes) await handle.writeFile(Buffer.concat(buffers).subarray(bytesWritten));
}

function declaredLength(request: CloudRequest): number {
  const chunked = request.payload.kind === "chunked";
  const text = chunked ? request.headers["x-amz-decoded-content-length"] : request.headers["content-length"];
  if (typeof text !== "string" || !/^\d+$/.test(text))
    throw new AwsError("MissingContentLength", "You must provide the Content-Length HTTP header.", 411);
  const bytes = Number(text);
  if (bytes > PUT_BYTES_MAX) {
    throw new AwsError("EntityTooLarge", "Your proposed upload exceeds the maximum allowed size", 400, {
      ProposedSize: bytes,
      MaxSizeAllowed: PUT_BYTES_MAX,
    });
  }
  return bytes;
}

function openBody(request: CloudRequest): { pieces: AsyncIterable<Buffer>; trailers: ReadonlyMap<string, string> } {
  const source = guarded(request.incoming);
  if (request.payload.kind !== "chunked") return { pieces: source, trailers: new Map() };
  const chunked = new ChunkedBody(request.payload);
  return { pieces: chunked.decode(source), trailers: chunked.trailers };
}

async function* guarded(incoming: IncomingMessage): AsyncGenerator<Buffer> {
  // Without destroyOnReturn an error here would close the socket before its answer is sent.
  yield* incoming.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>;
}

interface Checks {
  update(piece: Buffer): void;
  finish(
    size: number,
    expected: number,
    trailers: ReadonlyMap<string, string>,
  ): { md5: Buffer; checksums: Record<string, string> };
}

function startChecks(request: CloudRequest): Checks {
  const { headers, payload } = request;
  const announced = new Set(
    [headers["x-amz-trailer"]]
      .flat()
      .flatMap((value) => value?.toLowerCase().split(",") ?? [])
      .map((name) => name.trim()),
  );
  const running = new Map<string, RunningChecksum>();
  for (const algorithm of CHECKSUM_ALGORITHMS) {
    const header = checksumHeader(algorithm);
    if (headers[header] !== undefined || announced.has(header)) running.set(header, startChecksum(algorithm));
  }
  const asked = String(
    headers["x-amz-checksum-algorithm"] ?? headers["x-amz-sdk-checksum-algorithm"] ?? "",
  ).toUpperCase() as ChecksumAlgorithm;
  if (running.size === 0 && CHECKSUM_ALGORITHMS.includes(asked))
    running.set(checksumHeader(asked), startChecksum(asked));
  const md5 = createHash("md5");
  const sha: Hash | null = payload.kind === "hash" ? createHash("sha256") : null;
  return {
    update(piece) {
      md5.update(piece);
      sha?.update(piece);
      for (const checksum of running.values()) checksum.update(piece);
    },
    finish(size, expected, trailers) {
      if (size !== expected) throw incomplete();
      const digest = md5.digest();
      const givenMd5 = headers["content-md5"];
      if (typeof givenMd5 === "string") {
        if (Buffer.from(givenMd5, "base64").length !== 16)
          throw new AwsError("InvalidDigest", "The Content-MD5 you specified was invalid.", 400);
        if (givenMd5 !== digest.toString("base64"))
          throw new AwsError("BadDigest", "The Content-MD5 you specified did not match what we received.", 400);
      }
      if (sha && payload.kind === "hash" && sha.digest("hex") !== payload.sha256) {
        throw new AwsError(
          "XAmzContentSHA256Mismatch",
          "The provided 'x-amz-content-sha256' header does not match what was computed.",
          400,
        );
      }
      const checksums: Record<string, string> = {};
      for (const [header, checksum] of running) {
        const computed = checksum.digest();
        const given = headers[header] ?? trailers.get(header);
        if (given !== undefined && given !== computed) {
          throw new AwsError(
            "BadDigest",
            `The ${header.slice("x-amz-checksum-".length).toUpperCase()} you specified did not match the calculated checksum.`,
            400,
          );
        }
        if (given === undefined && announced.has(header))
          throw new AwsError(
            "MalformedTrailerError",
            "The request contained trailing data that was not well-formed.",
            400,
          );
        checksums[header] = computed;
      }
      return { md5: digest, checksums };
    },
  };
}

function incomplete(): AwsError {
  return new AwsError(
    "IncompleteBody",
    "You did not provide the number of bytes specified by the Content-Length HTTP header",
    400,
  );
}
