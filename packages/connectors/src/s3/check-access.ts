import { randomUUID } from "node:crypto";
import {
  AbortMultipartUploadCommand,
  DeleteObjectCommand,
  GetBucketLocationCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  ListPartsCommand,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { clientFor } from "@letsdata/aws/client-for";
import type { CloudAccess } from "@letsdata/plugin-kit/connector";
import type { Problem, ProblemDetail } from "@letsdata/plugin-kit/problems";
import { type AccessCheck, accessFindings } from "../access-finding.ts";
import { nameOfBucket, parseS3Uri } from "./permissions.ts";

const PROBE = ".letsdata-access-probe";
/** Any well-formed id that no upload has: S3 checks rights first and then answers NoSuchUpload. */
const NO_UPLOAD = "letsdata-access-probe";

type Named = { readonly bucketName?: string | undefined };
type Prefixed = Named & { readonly s3KeyPrefix?: string | undefined; readonly writerType?: string | undefined };

/** Lists, asks for the location, and gets an object that need not exist: "no such key" proves the right. */
export function checkS3Read(config: Named, access: CloudAccess, signal: AbortSignal) {
  const bucket = nameOfBucket(config);
  const path = "readConnector.bucketName";
  return accessFindings(
    [
      ...bucketChecks(bucket, path, access, signal),
      getCheck(bucket, PROBE, `${bucketArn(bucket)}/*`, path, access, signal),
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
      ...(config.writerType === "Spark" ? [getCheck(bucket, key, grant, path, access, signal)] : []),
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
      getCheck(bucket, key, grant, path, access, signal),
    ],
    signal,
  );
}

/** Artifact, manifest or model file: the object must be there and readable. */
export function checkS3Object(
  uri: string,
  path: string,
  access: CloudAccess,
  signal: AbortSignal,
): Promise<readonly ProblemDetail[]> {
  const { bucket, key } = parseS3Uri(uri);
  const resource = `${bucketArn(bucket)}/${key}`;
  return accessFindings([{ ...getCheck(bucket, key, resource, path, access, signal), isGranted: () => false }], signal);
}

function bucketChecks(bucket: string, path: string, access: CloudAccess, signal: AbortSignal): readonly AccessCheck[] {
  const s3 = clientFor(S3Client, access);
  const options = { abortSignal: signal };
  const resource = bucketArn(bucket);
  return [
    {
      path,
      action: "s3:ListBucket",
      resource,
      call: () => s3.send(new ListObjectsV2Command({ Bucket: bucket, MaxKeys: 1 }), options),
    },
    {
      path,
      action: "s3:GetBucketLocation",
      resource,
      call: () => s3.send(new GetBucketLocationCommand({ Bucket: bucket }), options),
    },
  ];
}

function getCheck(
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
    action: "s3:GetObject",
    resource: `${bucketArn(bucket)}/${key}`,
    grant,
    isGranted: isMissingKey,
    call: async () => {
      const answer = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }), { abortSignal: signal });
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
  const upload = { Bucket: bucket, Key: key, UploadId: NO_UPLOAD };
  return [
    {
      ...place,
      action: "s3:PutObject",
      call: () =>
        s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: new Uint8Array(0), ContentLength: 0 }), options),
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

const isMissingKey = (problem: Problem) => problem.details.awsCode === "NoSuchKey";
const isPastAuthorisation = (problem: Problem) =>
  problem.code === "RESOURCE_NOT_FOUND" || problem.code === "CLOUD_CALL_REFUSED";

function bucketArn(bucket: string): string {
  return `arn:aws:s3:::${bucket}`;
}
