import type { Cloud } from "../cloud.ts";
import type { Requirement } from "../iam/requirement.ts";
import { AwsError } from "../server/aws-error.ts";
import type { CloudRequest } from "../server/service.ts";
import type { BodyFiles } from "./body-files.ts";
import type { Bucket, BucketStore } from "./bucket-store.ts";
import type { ObjectStore } from "./object-store.ts";
import type { UploadStore } from "./upload-store.ts";

export interface S3Stores {
  readonly cloud: Cloud;
  readonly buckets: BucketStore;
  readonly objects: ObjectStore;
  readonly uploads: UploadStore;
  readonly files: BodyFiles;
}

export interface S3Request extends S3Stores {
  readonly request: CloudRequest;
  /** Empty for ListBuckets. */
  readonly bucketName: string;
  readonly key: string;
}

/** `needs` names every permission; `run` is reached only when all are granted. */
export interface S3Operation {
  /** Its bucket need not exist: CreateBucket, ListBuckets. */
  readonly withoutBucket?: true;
  needs(call: S3Request): readonly Requirement[];
  run(call: S3Request): Promise<void> | void;
}

export function bucketArn(name: string): string {
  return `arn:aws:s3:::${name}`;
}

/** A permission on the bucket itself, or on an object of it. */
export function need(call: S3Request, action: string, key?: string, context: Requirement["context"] = {}): Requirement {
  return needOn(call, existingBucket(call, call.bucketName), action, key, context);
}

export function needOn(
  call: S3Stores,
  bucket: Bucket,
  action: string,
  key?: string,
  context: Requirement["context"] = {},
): Requirement {
  return {
    action: `s3:${action}`,
    resource: key === undefined ? bucketArn(bucket.name) : `${bucketArn(bucket.name)}/${key}`,
    context,
    owner: { accountId: bucket.accountId, policy: call.buckets.policyOf(bucket) },
  };
}

export function existingBucket(call: S3Stores, name: string): Bucket {
  const bucket = call.buckets.find(name);
  if (!bucket) throw new AwsError("NoSuchBucket", "The specified bucket does not exist", 404, { BucketName: name });
  return bucket;
}

export function listContext(request: CloudRequest): Requirement["context"] {
  const { query } = request;
  return {
    "s3:prefix": query.get("prefix") ?? undefined,
    "s3:delimiter": query.get("delimiter") ?? undefined,
    "s3:max-keys": query.get("max-keys") ?? undefined,
  };
}

export function header(request: CloudRequest, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value[0] : value;
}

export function isoMillis(time: number): string {
  return new Date(time).toISOString();
}

export function httpDate(time: number): string {
  return new Date(time).toUTCString();
}
