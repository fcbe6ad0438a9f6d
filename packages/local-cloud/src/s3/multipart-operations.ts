import { createHash } from "node:crypto";
import { AwsError } from "../server/aws-error.ts";
import { type ChecksumAlgorithm, checksumHeader, startChecksum } from "../signature/checksums.ts";
import { checkWriteConditions, conflicting, meetsConflict } from "./conditions.ts";
import { encoder } from "./list-operations.ts";
import { encryptionHeaders, keyForWrite, needsKey } from "./object-encryption.ts";
import { readObjectHeaders } from "./object-headers.ts";
import { asList, readXml } from "./read-xml.ts";
import { receiveBody, receiveText } from "./receive-body.ts";
import { respond, respondXml } from "./respond.ts";
import { header, isoMillis, need, type S3Operation, type S3Request } from "./s3-request.ts";
import type { Upload, UploadPart } from "./upload-store.ts";

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html */
const PART_BYTES_MIN = 5 * 1024 * 1024;
export const PART_NUMBER_MAX = 10_000;
const PAGE_MAX = 1000;

export const multipartOperations: Readonly<Record<string, S3Operation>> = {
  CreateMultipartUpload: {
    needs: (call) => [need(call, "PutObject", call.key), ...needsKey(call, keyForWrite(call), "GenerateDataKey")],
    run(call) {
      const { request, bucketName, key, uploads, cloud } = call;
      const keyArn = keyForWrite(call);
      const checksumAlgorithm = header(request, "x-amz-checksum-algorithm")?.toUpperCase() ?? null;
      const checksumType =
        header(request, "x-amz-checksum-type") === "FULL_OBJECT" || checksumAlgorithm === "CRC64NVME"
          ? "FULL_OBJECT"
          : "COMPOSITE";
      const upload = uploads.start({
        bucket: bucketName,
        key,
        startedAt: cloud.now(),
        ...readObjectHeaders(request),
        checksumAlgorithm,
        checksumType,
        keyArn,
      });
      const checksum = checksumAlgorithm
        ? { "x-amz-checksum-algorithm": checksumAlgorithm, "x-amz-checksum-type": checksumType }
        : {};
      respondXml(
        request,
        "InitiateMultipartUploadResult",
        { Bucket: bucketName, Key: key, UploadId: upload.id },
        { ...encryptionHeaders(keyArn), ...checksum },
      );
    },
  },
  UploadPart: {
    needs: (call) => [need(call, "PutObject", call.key), ...needsUploadKey(call)],
    async run(call) {
      const { request, uploads, files, cloud } = call;
      const upload = existingUpload(call);
      const number = partNumber(call);
      const body = await receiveBody(request, files);
      if (!uploads.find(upload.bucket, upload.key, upload.id)) {
        files.remove([body.segment]);
        throw noSuchUpload(upload.id);
      }
      const etag = body.md5.toString("hex");
      uploads.savePart(upload.id, {
        number,
        size: body.segment.size,
        etag,
        modified: cloud.now(),
        segment: body.segment,
        checksums: body.checksums,
      });
      respond(request, 200, { etag: `"${etag}"`, ...body.checksums });
    },
  },
  CompleteMultipartUpload: {
    needs: (call) => [need(call, "PutObject", call.key), ...needsUploadKey(call)],
    run: completeUpload,
  },
  AbortMultipartUpload: {
    needs: (call) => [need(call, "AbortMultipartUpload", call.key)],
    run(call) {
      call.uploads.abort(existingUpload(call).id);
      respond(call.request, 204);
    },
  },
  ListParts: {
    needs: (call) => [need(call, "ListMultipartUploadParts", call.key)],
    run(call) {
      const upload = existingUpload(call);
      const { query } = call.request;
      const marker = Number(query.get("part-number-marker") ?? 0);
      const max = Math.min(Number(query.get("max-parts") ?? PAGE_MAX), PAGE_MAX);
      const rest = call.uploads.parts(upload.id).filter((part) => part.number > marker);
      const page = rest.slice(0, max);
      respondXml(call.request, "ListPartsResult", {
        Bucket: upload.bucket,
        Key: upload.key,
        UploadId: upload.id,
        PartNumberMarker: marker,
        NextPartNumberMarker: page.at(-1)?.number ?? 0,
        MaxParts: max,
        IsTruncated: rest.length > page.length,
        StorageClass: "STANDARD",
        ChecksumAlgorithm: upload.checksumAlgorithm,
        Part: page.map((part) => ({
          PartNumber: part.number,
          LastModified: isoMillis(part.modified),
          ETag: `"${part.etag}"`,
          Size: part.size,
          ...checksumElements(part.checksums),
        })),
      });
    },
  },
  ListMultipartUploads: {
    needs: (call) => [need(call, "ListBucketMultipartUploads")],
    run(call) {
      const { query } = call.request;
      const prefix = query.get("prefix") ?? "";
      const keyMarker = query.get("key-marker") ?? "";
      const idMarker = query.get("upload-id-marker");
      const max = Math.min(Number(query.get("max-uploads") ?? PAGE_MAX), PAGE_MAX);
      const text = encoder(query.get("encoding-type") === "url");
      const all = call.uploads.list(call.bucketName).filter(({ key }) => key.startsWith(prefix));
      const markerAt = idMarker === null ? -1 : all.findIndex(({ key, id }) => key === keyMarker && id === idMarker);
      const rest =
        markerAt >= 0 ? all.slice(markerAt + 1) : all.filter(({ key }) => keyMarker === "" || key > keyMarker);
      const page = rest.slice(0, max);
      const truncated = rest.length > page.length;
      respondXml(call.request, "ListMultipartUploadsResult", {
        Bucket: call.bucketName,
        KeyMarker: text(keyMarker),
        UploadIdMarker: idMarker ?? "",
        Prefix: text(prefix),
        MaxUploads: max,
        IsTruncated: truncated,
        NextKeyMarker: truncated ? text(page.at(-1)?.key ?? "") : undefined,
        NextUploadIdMarker: truncated ? page.at(-1)?.id : undefined,
        Upload: page.map(({ key, id, startedAt }) => ({
          Key: text(key),
          UploadId: id,
          Initiated: isoMillis(startedAt),
          StorageClass: "STANDARD",
        })),
      });
    },
  },
};

async function completeUpload(call: S3Request): Promise<void> {
  const { request, bucketName, key, uploads, objects, files, cloud } = call;
  existingUpload(call);
  const input = readXml(await receiveText(request), "CompleteMultipartUpload");
  const upload = existingUpload(call);
  const stored = new Map(uploads.parts(upload.id).map((part) => [part.number, part]));
  const chosen = chooseParts(asList(input.Part), stored);
  checkWriteConditions(request, objects.find(bucketName, key));
  if (meetsConflict(call, "CompleteMultipartUpload")) {
    // Unlike after 412 the upload is over: its parts are to be sent again, in another.
    uploads.abort(upload.id);
    throw conflicting(key);
  }

  const digests = chosen.map((part) => Buffer.from(part.etag, "hex"));
  const etag = `${createHash("md5").update(Buffer.concat(digests)).digest("hex")}-${chosen.length}`;
  const checksums = compositeChecksum(upload, chosen);
  objects.save(bucketName, {
    key,
    size: chosen.reduce((sum, part) => sum + part.size, 0),
    etag,
    modified: cloud.now(),
    details: {
      segments: chosen.map((part) => part.segment),
      headers: upload.headers,
      metadata: upload.metadata,
      checksums,
      checksumType: "COMPOSITE",
      ...(upload.keyArn ? { keyArn: upload.keyArn } : {}),
    },
  });
  uploads.remove(upload.id);
  const used = new Set(chosen.map((part) => part.number));
  files.remove([...stored.values()].filter((part) => !used.has(part.number)).map((part) => part.segment));
  respondXml(request, "CompleteMultipartUploadResult", {
    Location: `http://${request.headers.host ?? ""}/${bucketName}/${encodeURIComponent(key)}`,
    Bucket: bucketName,
    Key: key,
    ETag: `"${etag}"`,
    ...checksumElements(checksums),
    ChecksumType: Object.keys(checksums).length > 0 ? "COMPOSITE" : undefined,
  });
}

function chooseParts(asked: readonly Record<string, unknown>[], stored: ReadonlyMap<number, UploadPart>): UploadPart[] {
  if (asked.length === 0)
    throw new AwsError(
      "MalformedXML",
      "The XML you provided was not well-formed or did not validate against our published schema",
      400,
    );
  const chosen: UploadPart[] = [];
  for (const entry of asked) {
    const number = Number(entry.PartNumber);
    const part = stored.get(number);
    const etag = String(entry.ETag ?? "").replaceAll('"', "");
    if (number <= (chosen.at(-1)?.number ?? 0))
      throw new AwsError(
        "InvalidPartOrder",
        "The list of parts was not in ascending order. The parts list must be specified in order by part number.",
        400,
      );
    const checksumsAgree = Object.entries(part?.checksums ?? {}).every(([name, value]) => {
      const given = entry[checksumElement(name)];
      return given === undefined || given === value;
    });
    if (!part || part.etag !== etag || !checksumsAgree) {
      throw new AwsError(
        "InvalidPart",
        "One or more of the specified parts could not be found.  The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.",
        400,
        { PartNumber: number },
      );
    }
    chosen.push(part);
  }
  const small = chosen.slice(0, -1).find((part) => part.size < PART_BYTES_MIN);
  if (small) {
    throw new AwsError("EntityTooSmall", "Your proposed upload is smaller than the minimum allowed size", 400, {
      ProposedSize: small.size,
      MinSizeAllowed: PART_BYTES_MIN,
      PartNumber: small.number,
      ETag: small.etag,
    });
  }
  return chosen;
}

/** Full-object checksums would need the whole body again; they are left out, which S3 clients take as "not checked". */
function compositeChecksum(upload: Upload, parts: readonly UploadPart[]): Record<string, string> {
  if (!upload.checksumAlgorithm || upload.checksumType === "FULL_OBJECT") return {};
  const name = checksumHeader(upload.checksumAlgorithm as ChecksumAlgorithm);
  const values = parts.map((part) => part.checksums[name]);
  if (values.some((value) => value === undefined)) return {};
  const checksum = startChecksum(upload.checksumAlgorithm as ChecksumAlgorithm);
  for (const value of values) checksum.update(Buffer.from(value ?? "", "base64"));
  return { [name]: `${checksum.digest()}-${parts.length}` };
}

export function checksumElements(checksums: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(checksums).map(([name, value]) => [checksumElement(name), value]));
}

function checksumElement(headerName: string): string {
  return `Checksum${headerName.slice("x-amz-checksum-".length).toUpperCase()}`;
}

export function needsUploadKey(call: S3Request) {
  const id = call.request.query.get("uploadId") ?? "";
  return needsKey(call, call.uploads.find(call.bucketName, call.key, id)?.keyArn, "Decrypt");
}

export function existingUpload(call: S3Request): Upload {
  const id = call.request.query.get("uploadId") ?? "";
  const upload = call.uploads.find(call.bucketName, call.key, id);
  if (!upload) throw noSuchUpload(id);
  return upload;
}

function noSuchUpload(id: string): AwsError {
  return new AwsError(
    "NoSuchUpload",
    "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.",
    404,
    { UploadId: id },
  );
}

export function partNumber(call: S3Request): number {
  const number = Number(call.request.query.get("partNumber"));
  if (!Number.isInteger(number) || number < 1 || number > PART_NUMBER_MAX) {
    throw new AwsError(
      "InvalidArgument",
      `Part number must be an integer between 1 and ${PART_NUMBER_MAX}, inclusive`,
      400,
      { ArgumentName: "partNumber" },
    );
  }
  return number;
}
