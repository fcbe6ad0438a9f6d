import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { isAllowed } from "../iam/authorise.ts";
import { AwsError } from "../server/aws-error.ts";
import type { Segment } from "./body-files.ts";
import { checkReadConditions, checkWriteConditions } from "./conditions.ts";
import { existingUpload, needsUploadKey, partNumber } from "./multipart-operations.ts";
import { keyForWrite, needsKey } from "./object-encryption.ts";
import { readObjectHeaders } from "./object-headers.ts";
import type { ObjectRecord } from "./object-store.ts";
import { segmentsIn } from "./ranges.ts";
import { respondXml } from "./respond.ts";
import { existingBucket, header, isoMillis, need, needOn, type S3Operation, type S3Request } from "./s3-request.ts";
import { refuseCold, STORAGE_CLASS_HEADER } from "./storage-class.ts";

const COPY_BYTES_MAX = 5 * 1024 ** 3;

export const copyOperations: Readonly<Record<string, S3Operation>> = {
  CopyObject: {
    needs: (call) => [
      ...needSource(call),
      need(call, "PutObject", call.key),
      ...needsKey(call, keyForWrite(call), "GenerateDataKey"),
    ],
    run(call) {
      const { request, bucketName, key, objects, files, cloud } = call;
      const source = sourceObject(call);
      if (source.size > COPY_BYTES_MAX)
        throw new AwsError(
          "InvalidRequest",
          "The specified copy source is larger than the maximum allowable size for a copy source: 5368709120",
          400,
        );
      checkReadConditions(request, source, "x-amz-copy-source-");
      checkWriteConditions(request, objects.find(bucketName, key));
      const replaces = header(request, "x-amz-metadata-directive") === "REPLACE";
      const from = sourceOf(call);
      if (!replaces && from.bucket === bucketName && from.key === key) {
        throw new AwsError(
          "InvalidRequest",
          "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
          400,
        );
      }
      const { segments, metadata, checksums, checksumType } = source.details;
      const modified = cloud.now();
      const asked = readObjectHeaders(request);
      // The storage class is the request's own, whatever is copied.
      const { [STORAGE_CLASS_HEADER]: _, ...headers } = source.details.headers;
      const storageClass = asked.headers[STORAGE_CLASS_HEADER];
      const kept = { ...headers, ...(storageClass === undefined ? {} : { [STORAGE_CLASS_HEADER]: storageClass }) };
      const described = replaces ? asked : { headers: kept, metadata };
      objects.save(bucketName, {
        key,
        size: source.size,
        etag: source.etag,
        modified,
        details: {
          segments: segments.map((segment) => files.duplicate(segment)),
          ...described,
          checksums,
          checksumType,
          keyArn: keyForWrite(call),
        },
      });
      respondXml(request, "CopyObjectResult", { LastModified: isoMillis(modified), ETag: `"${source.etag}"` });
    },
  },
  UploadPartCopy: {
    needs: (call) => [...needSource(call), need(call, "PutObject", call.key), ...needsUploadKey(call)],
    async run(call) {
      const { request, uploads, cloud } = call;
      const upload = existingUpload(call);
      const number = partNumber(call);
      const source = sourceObject(call);
      checkReadConditions(request, source, "x-amz-copy-source-");
      const { segment, etag } = await copyRange(call, source, header(request, "x-amz-copy-source-range"));
      existingUpload(call);
      const modified = cloud.now();
      uploads.savePart(upload.id, { number, size: segment.size, etag, modified, segment, checksums: {} });
      respondXml(request, "CopyPartResult", { LastModified: isoMillis(modified), ETag: `"${etag}"` });
    },
  },
};

function sourceOf(call: S3Request): { bucket: string; key: string } {
  const text = (header(call.request, "x-amz-copy-source") ?? "").split("?")[0] ?? "";
  let plain: string;
  try {
    plain = decodeURIComponent(text).replace(/^\//, "");
  } catch {
    throw new AwsError("InvalidArgument", "Copy Source must be URL-encoded", 400);
  }
  const at = plain.indexOf("/");
  if (at < 1)
    throw new AwsError(
      "InvalidArgument",
      "Copy Source must mention the source bucket and key: sourcebucket/sourcekey",
      400,
    );
  return { bucket: plain.slice(0, at), key: plain.slice(at + 1) };
}

function needSource(call: S3Request) {
  const { bucket, key } = sourceOf(call);
  return [
    needOn(call, existingBucket(call, bucket), "GetObject", key),
    ...needsKey(call, call.objects.find(bucket, key)?.details.keyArn, "Decrypt"),
  ];
}

function sourceObject(call: S3Request): ObjectRecord {
  const { bucket, key } = sourceOf(call);
  const object = call.objects.find(bucket, key);
  if (object) {
    refuseCold(object);
    return object;
  }
  const mayList = isAllowed(
    call.request.caller,
    needOn(call, existingBucket(call, bucket), "ListBucket"),
    call.request.requestContext,
  );
  throw mayList
    ? new AwsError("NoSuchKey", "The specified key does not exist.", 404, { Key: key })
    : new AwsError("AccessDenied", "Access Denied", 403);
}

async function copyRange(
  call: S3Request,
  source: ObjectRecord,
  range: string | undefined,
): Promise<{ segment: Segment; etag: string }> {
  const match = range === undefined ? null : /^bytes=(\d+)-(\d+)$/.exec(range);
  const start = match ? Number(match[1]) : 0;
  const end = match ? Number(match[2]) : source.size - 1;
  if ((range !== undefined && !match) || end >= source.size || start > end + 1) {
    throw new AwsError(
      "InvalidArgument",
      `Range specified is not valid for source object of size: ${source.size}`,
      400,
    );
  }
  const file = await call.files.receive();
  const md5 = createHash("md5");
  try {
    for (const part of segmentsIn(source.details.segments, start, end - start + 1)) {
      const stream = createReadStream(call.files.pathOf(part.segment.file), {
        start: part.start,
        end: part.start + part.length - 1,
        highWaterMark: 1024 * 1024,
      });
      for await (const piece of stream as AsyncIterable<Buffer>) {
        md5.update(piece);
        await file.handle.writeFile(piece);
      }
    }
    await file.handle.close();
    return { segment: file.keep(end - start + 1), etag: md5.digest("hex") };
  } catch (error) {
    await file.handle.close().catch(() => undefined);
    file.discard();
    throw error;
  }
}
