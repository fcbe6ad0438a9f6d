import { createReadStream } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { isAllowed } from "../iam/authorise.ts";
import { AwsError } from "../server/aws-error.ts";
import { checkReadConditions } from "./conditions.ts";
import { encryptionHeaders, needsKey } from "./object-encryption.ts";
import type { ObjectRecord } from "./object-store.ts";
import { type ByteRange, readRange, segmentsIn } from "./ranges.ts";
import { commonHeaders, type ResponseHeaders, respondXml } from "./respond.ts";
import { bucketArn, header, httpDate, need, type S3Operation, type S3Request } from "./s3-request.ts";
import { refuseCold, STORAGE_CLASS_HEADER } from "./storage-class.ts";

const WHOLE_BYTES_MAX = 256 * 1024;
const READ_BYTES = 1024 * 1024;
const OVERRIDES = [
  "content-type",
  "content-language",
  "expires",
  "cache-control",
  "content-disposition",
  "content-encoding",
];

export const readOperations: Readonly<Record<string, S3Operation>> = {
  GetObject: {
    needs: (call) => [
      need(call, "GetObject", call.key),
      ...needsKey(call, call.objects.find(call.bucketName, call.key)?.details.keyArn, "Decrypt"),
    ],
    run: (call) => sendObject(call, true),
  },
  // Asks nothing of the key: https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html
  HeadObject: { needs: (call) => [need(call, "GetObject", call.key)], run: (call) => sendObject(call, false) },
  GetObjectAttributes: {
    needs: (call) => [need(call, "GetObject", call.key), need(call, "GetObjectAttributes", call.key)],
    run(call) {
      const object = existingObject(call);
      const asked = (header(call.request, "x-amz-object-attributes") ?? "").split(",").map((name) => name.trim());
      const checksums = Object.entries(object.details.checksums).map(([name, value]) => [
        `Checksum${name.slice("x-amz-checksum-".length).toUpperCase()}`,
        value,
      ]);
      const parts = /-(\d+)$/.exec(object.etag)?.[1];
      respondXml(
        call.request,
        "GetObjectAttributesResponse",
        {
          ETag: asked.includes("ETag") ? object.etag : undefined,
          Checksum:
            asked.includes("Checksum") && checksums.length > 0
              ? { ...Object.fromEntries(checksums), ChecksumType: object.details.checksumType }
              : undefined,
          ObjectParts: asked.includes("ObjectParts") && parts ? { PartsCount: Number(parts) } : undefined,
          StorageClass: asked.includes("StorageClass")
            ? (object.details.headers[STORAGE_CLASS_HEADER] ?? "STANDARD")
            : undefined,
          ObjectSize: asked.includes("ObjectSize") ? object.size : undefined,
        },
        { "last-modified": httpDate(object.modified) },
      );
    },
  },
};

/** A missing key answers 403 to who may not list: whether it exists is none of their business. */
export function existingObject(call: S3Request): ObjectRecord {
  const object = call.objects.find(call.bucketName, call.key);
  if (object) return object;
  if (!isAllowed(call.request.caller, need(call, "ListBucket"), call.request.requestContext)) {
    throw new AwsError(
      "AccessDenied",
      `User: ${call.request.caller.arn} is not authorized to perform: s3:ListBucket on resource: "${bucketArn(call.bucketName)}" because no identity-based policy allows the s3:ListBucket action`,
      403,
    );
  }
  throw new AwsError("NoSuchKey", "The specified key does not exist.", 404, { Key: call.key });
}

async function sendObject(call: S3Request, withBody: boolean): Promise<void> {
  const { request } = call;
  const object = existingObject(call);
  checkReadConditions(request, object);
  if (withBody) refuseCold(object);
  const range = readRange(header(request, "range"), request.query.get("partNumber"), object);
  const headers = objectHeaders(call, object, range);
  const status = range ? 206 : 200;
  const start = range?.start ?? 0;
  const length = range ? range.end - range.start + 1 : object.size;
  if (!withBody) {
    request.response.writeHead(status, headers).end();
    return;
  }
  const cut = call.cloud.faults.draw("cut", "s3", "GetObject", `${bucketArn(call.bucketName)}/${call.key}`);
  const parts = segmentsIn(object.details.segments, start, length);
  const [only] = parts;
  if (!cut && length <= WHOLE_BYTES_MAX && parts.length <= 1) {
    const body = only ? call.files.readSmall(only.segment, only.start, only.length) : Buffer.alloc(0);
    request.response.writeHead(status, headers).end(body);
    return;
  }
  // Opened before anything is awaited: a body replaced meanwhile stays readable through its open files.
  const streams = parts.map((part) =>
    createReadStream(call.files.pathOf(part.segment.file), {
      start: part.start,
      end: part.start + part.length - 1,
      highWaterMark: READ_BYTES,
    }),
  );
  request.response.writeHead(status, headers);
  try {
    await pipeline(
      streams.length === 1 && streams[0] && !cut
        ? streams[0]
        : Readable.from(inTurn(streams, cut ? Math.floor(length / 2) : Number.POSITIVE_INFINITY)),
      request.response,
    );
  } catch {
    request.response.socket?.destroy();
  } finally {
    for (const stream of streams) stream.destroy();
  }
}

/** Stops with an error after `bytesMax`, as a cut connection does. */
async function* inTurn(streams: readonly Readable[], bytesMax: number): AsyncGenerator<Buffer> {
  let left = bytesMax;
  for (const stream of streams) {
    for await (const piece of stream as AsyncIterable<Buffer>) {
      if (piece.length > left) {
        yield piece.subarray(0, left);
        throw new Error("cut");
      }
      left -= piece.length;
      yield piece;
    }
  }
}

function objectHeaders(call: S3Request, object: ObjectRecord, range: ByteRange | null): ResponseHeaders {
  const { details } = object;
  const headers: ResponseHeaders = {
    ...commonHeaders(call.request),
    "accept-ranges": "bytes",
    "content-type": "binary/octet-stream",
    ...details.headers,
    etag: `"${object.etag}"`,
    "last-modified": httpDate(object.modified),
    "content-length": range ? range.end - range.start + 1 : object.size,
    ...encryptionHeaders(details.keyArn),
  };
  for (const [name, value] of Object.entries(details.metadata)) headers[`x-amz-meta-${name}`] = value;
  if (range) headers["content-range"] = `bytes ${range.start}-${range.end}/${object.size}`;
  const wantsChecksum = header(call.request, "x-amz-checksum-mode")?.toUpperCase() === "ENABLED";
  if (wantsChecksum && !range) {
    Object.assign(headers, details.checksums);
    if (Object.keys(details.checksums).length > 0) headers["x-amz-checksum-type"] = details.checksumType;
  }
  const parts = /-(\d+)$/.exec(object.etag)?.[1];
  if (parts && call.request.query.has("partNumber")) headers["x-amz-mp-parts-count"] = parts;
  for (const name of OVERRIDES) {
    const value = call.request.query.get(`response-${name}`);
    if (value !== null) headers[name] = value;
  }
  return headers;
}
