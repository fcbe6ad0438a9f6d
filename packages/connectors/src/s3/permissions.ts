import type { ResourceScope } from "@letsdata/plugin-kit/connector";
import type { Permission } from "@letsdata/plugin-kit/permissions";
import { Problem } from "@letsdata/plugin-kit/problems";

interface NamedBucket {
  readonly bucketName?: string | undefined;
}
interface WriteTarget extends NamedBucket {
  readonly s3KeyPrefix?: string | undefined;
  readonly writerType?: string | undefined;
}

const WRITE_ACTIONS = ["s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"];
const ERROR_ACTIONS = ["s3:PutObject", "s3:GetObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"];

export function s3ReadPermissions(config: NamedBucket): readonly Permission[] {
  const bucket = bucketArn(config);
  return [
    {
      actions: ["s3:ListBucket", "s3:GetBucketLocation"],
      resources: [bucket],
      reason: "Find the bucket and tell a missing object from a forbidden one",
    },
    { actions: ["s3:GetObject"], resources: [`${bucket}/*`], reason: "Read the objects the manifest names" },
  ];
}

export function s3WritePermissions(config: WriteTarget): readonly Permission[] {
  const bucket = bucketArn(config);
  return [
    {
      actions: ["s3:ListBucket", "s3:GetBucketLocation"],
      resources: [bucket],
      reason: "Find the bucket and list what a task wrote before",
    },
    {
      actions: config.writerType === "Spark" ? [...WRITE_ACTIONS, "s3:GetObject"] : WRITE_ACTIONS,
      resources: [`${bucket}/${config.s3KeyPrefix ?? ""}*`],
      reason: "Write objects under the key prefix",
    },
  ];
}

export function s3ErrorPermissions(config: NamedBucket, scope: ResourceScope): readonly Permission[] {
  const bucket = bucketArn(config);
  return [
    {
      actions: ["s3:ListBucket", "s3:GetBucketLocation"],
      resources: [bucket],
      reason: "Find the error bucket",
    },
    {
      actions: ERROR_ACTIONS,
      resources: [`${bucket}/${scope.datasetName}/*`],
      reason: "Archive error records and show them",
    },
  ];
}

/** Artifact, manifest and model file: one object each, given as `s3://bucket/key`. */
export function s3ObjectPermissions(uri: string, reason: string): readonly Permission[] {
  const { bucket, key } = parseS3Uri(uri);
  return [
    { actions: ["s3:ListBucket"], resources: [`arn:aws:s3:::${bucket}`], reason },
    { actions: ["s3:GetObject"], resources: [`arn:aws:s3:::${bucket}/${key}`], reason },
  ];
}

/** What a reader of the target needs (product.md §11.5). */
export function s3TargetReadPermissions(config: WriteTarget): readonly Permission[] {
  const bucket = bucketArn(config);
  return [
    { actions: ["s3:ListBucket"], resources: [bucket], reason: "List the objects the dataset wrote" },
    {
      actions: ["s3:GetObject"],
      resources: [`${bucket}/${config.s3KeyPrefix ?? ""}*`],
      reason: "Read the objects the dataset wrote",
    },
  ];
}

export function s3ErrorReadPermissions(config: NamedBucket, scope: ResourceScope): readonly Permission[] {
  const bucket = bucketArn(config);
  return [
    { actions: ["s3:ListBucket"], resources: [bucket], reason: "List the error records" },
    {
      actions: ["s3:GetObject"],
      resources: [`${bucket}/${scope.datasetName}/*`],
      reason: "Read the error records",
    },
  ];
}

export function parseS3Uri(uri: string): { readonly bucket: string; readonly key: string } {
  const found = /^s3:\/\/([^/]+)\/(.+)$/s.exec(uri);
  if (!found) throw new Problem("CONFIG_INVALID", `${uri} is not an S3 address like s3://bucket/key.`);
  return { bucket: found[1]!, key: found[2]! };
}

export function nameOfBucket({ bucketName }: NamedBucket): string {
  if (bucketName) return bucketName;
  throw new Problem("CONFIG_INVALID", "The bucket has no name yet.", { path: "bucketName" });
}

function bucketArn(config: NamedBucket): string {
  return `arn:aws:s3:::${nameOfBucket(config)}`;
}
