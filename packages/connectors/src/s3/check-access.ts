import { randomUUID } from "node:crypto";
import {
  AbortMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetBucketLocationCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  ListPartsCommand,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { clientFor } from "@letsdata/aws/client-for";
import type { CloudAccess } from "@letsdata/plugin-kit/connector";
import type { AccessFinding } from "@letsdata/plugin-kit/permissions";
import type { Problem } from "@letsdata/plugin-kit/problems";
import { type AccessCheck, accessFindings } from "../access-finding.ts";
import { crc32Checksum } from "./crc32-checksum.ts";
import { nameOfBucket, parseS3Uri } from "./permissions.ts";

const PROBE = ".letsdata-access-probe";
/** Any well-formed id that no upload has: S3 checks rights first and then answers NoSuchUpload. */
const NO_UPLOAD = "letsdata-access-probe";

type Named = { readonly bucketName?: string | undefined };
type Prefixed = Named & { readonly s3KeyPrefix?: string | undefined; readonly writerType?: string | undefined };

/**
 * Lists, asks for the location, and gets a byte of the first object, which also shows the key of an encrypted bucket. In an empty
 * bucket "no such key" proves the right.
 */
export function checkS3Read(config: Named, access: CloudAccess, signal: AbortSignal) {
  const bucket = nameOfBucket(config);
  const path = "readConnector.bucketName";
  let first = PROBE;
  const found = (key: string) => {
    first = key;
  };
  return accessFindings(
    [
      ...bucketChecks(bucket, path, access, signal, found),
      getCheck(bucket, () => first, `${bucketArn(bucket)}/*`, path, access, signal),
    ],
    signal,
  );
}

/** Also puts an empty object under the prefix and removes it. */
export function checkS3Write(config: Prefixed, access: CloudAccess, signal: AbortSignal) {
  const bucket = nameOfBucket(config);
  const prefix = config.s3KeyPrefix ?? "";
  const path = "writeConnector.bucketName";
  const key = `${prefix}${access.datasetName}/${PROBE}-${randomUUID()}`;
  const grant = `${bucketArn(bucket)}/${prefix}*`;
  return accessFindings(
    [
      ...bucketChecks(bucket, path, access, signal),
      ...putChecks(bucket, key, grant, path, access, signal),
      deleteCheck(bucket, key, grant, path, access, signal),
      ...(config.writerType === "Spark" ? [getCheck(bucket, () => key, grant, path, access, signal)] : []),
    ],
    signal,
  );
}

/** The error connector may not delete, so its probe is one object of a fixed name. */
export function checkS3Error(config: Named, access: CloudAccess, signal: AbortSignal) {
  const bucket = nameOfBucket(config);
  const path = "errorConnector.bucketName";
  const key = `${access.datasetName}/${PROBE}`;
  const grant = `${bucketArn(bucket)}/${access.datasetName}/*`;
  return accessFindings(
    [
      ...bucketChecks(bucket, path, access, signal),
      ...putChecks(bucket, key, grant, path, access, signal),
      getCheck(bucket, () => key, grant, path, access, signal),
    ],
    signal,
  );
}

/** Artifact, manifest or model file: the object must be there and readable; a public one may lie in a bucket that nobody may list. */
export function checkS3Object(
  uri: string,
  path: string,
  access: CloudAccess,
  signal: AbortSignal,
  isPublic = false,
): Promise<readonly AccessFinding[]> {
  const { bucket, key } = parseS3Uri(uri);
  const resource = `${bucketArn(bucket)}/${key}`;
  return accessFindings(
    [
      ...(isPublic ? [] : [listCheck(bucket, path, access, signal, key)]),
      {
        ...getCheck(bucket, () => key, resource, path, access, signal),
        isGranted: ({ details }) => details.awsCode === "InvalidRange",
      },
    ],
    signal,
  );
}

function bucketChecks(
  bucket: string,
  path: string,
  access: CloudAccess,
  signal: AbortSignal,
  found: (firstKey: string) => void = () => undefined,
): readonly AccessCheck[] {
  const s3 = clientFor(S3Client, access);
  return [
    listCheck(bucket, path, access, signal, undefined, found),
    {
      path,
      action: "s3:GetBucketLocation",
      resource: bucketArn(bucket),
      call: () => s3.send(new GetBucketLocationCommand({ Bucket: bucket }), { abortSignal: signal }),
    },
  ];
}

function listCheck(
  Bucket: string,
  path: string,
  access: CloudAccess,
  signal: AbortSignal,
  Prefix?: string,
  found: (firstKey: string) => void = () => undefined,
): AccessCheck {
  const s3 = clientFor(S3Client, access);
  return {
    path,
    action: "s3:ListBucket",
    resource: bucketArn(Bucket),
    call: async () => {
      const page = await s3.send(new ListObjectsV2Command({ Bucket, Prefix, MaxKeys: 1 }), { abortSignal: signal });
      const first = page.Contents?.[0]?.Key;
      if (first !== undefined) found(first);
    },
  };
}

function getCheck(
  Bucket: string,
  key: () => string,
  grant: string,
  path: string,
  access: CloudAccess,
  signal: AbortSignal,
): AccessCheck {
  const s3 = clientFor(S3Client, access);
  return {
    path,
    action: "s3:GetObject",
    resource: grant,
    isGranted: ({ details }) => READABLE.has(String(details.awsCode)),
    call: async () => {
      const input = { Bucket, Key: key(), Range: "bytes=0-0" };
      const answer = await s3.send(new GetObjectCommand(input), { abortSignal: signal });
      (answer.Body as { destroy?: () => void } | undefined)?.destroy?.();
    },
  };
}

function putChecks(
  bucket: string,
  key: string,
  grant: string,
  path: string,
  access: CloudAccess,
  signal: AbortSignal,
): readonly AccessCheck[] {
  const s3 = clientFor(S3Client, access);
  const options = { abortSignal: signal };
  const place = { path, resource: `${bucketArn(bucket)}/${key}`, grant };
  const object = { Bucket: bucket, Key: key };
  const upload = { ...object, UploadId: NO_UPLOAD };
  let hasKey = false;
  return [
    {
      ...place,
      action: "s3:PutObject",
      call: async () => {
        const Body = new Uint8Array(0);
        const input = { ...object, Body, ContentLength: 0, ChecksumCRC32: crc32Checksum(Body) };
        hasKey = (await s3.send(new PutObjectCommand(input), options)).SSEKMSKeyId !== undefined;
      },
    },
    {
      ...place,
      // Only with a key of KMS a part of an upload needs more than an object written at once: kms:Decrypt.
      action: "s3:PutObject",
      call: () => (hasKey ? uploadPartAndAbort(s3, object, options) : Promise.resolve()),
    },
    {
      ...place,
      action: "s3:AbortMultipartUpload",
      isGranted: isPastAuthorisation,
      call: () => s3.send(new AbortMultipartUploadCommand(upload), options),
    },
    {
      ...place,
      action: "s3:ListMultipartUploadParts",
      isGranted: isPastAuthorisation,
      call: () => s3.send(new ListPartsCommand(upload), options),
    },
  ];
}

function deleteCheck(
  bucket: string,
  key: string,
  grant: string,
  path: string,
  access: CloudAccess,
  signal: AbortSignal,
): AccessCheck {
  const s3 = clientFor(S3Client, access);
  return {
    path,
    action: "s3:DeleteObject",
    resource: `${bucketArn(bucket)}/${key}`,
    grant,
    call: () => s3.send(new DeleteObjectCommand({ Bucket: bucket, Key: key }), { abortSignal: signal }),
  };
}

async function uploadPartAndAbort(
  s3: S3Client,
  object: { readonly Bucket: string; readonly Key: string },
  options: { readonly abortSignal: AbortSignal },
): Promise<void> {
  const Body = new Uint8Array(1);
  const upload = new CreateMultipartUploadCommand({ ...object, ChecksumAlgorithm: "CRC32" });
  const { UploadId } = await s3.send(upload, options);
  try {
    const part = { ...object, UploadId, PartNumber: 1, Body, ChecksumCRC32: crc32Checksum(Body) };
    await s3.send(new UploadPartCommand(part), options);
  } finally {
    await s3.send(new AbortMultipartUploadCommand({ ...object, UploadId }), options).catch(() => undefined);
  }
}

/** Answers about the object itself: not there, in cold storage (others of the bucket may not be), empty. Rights are checked before each of them. */
const READABLE = new Set(["NoSuchKey", "InvalidObjectState", "InvalidRange"]);
const isPastAuthorisation = (problem: Problem) =>
  problem.code === "RESOURCE_NOT_FOUND" || problem.code === "CLOUD_CALL_REFUSED";

function bucketArn(bucket: string): string {
  return `arn:aws:s3:::${bucket}`;
}
