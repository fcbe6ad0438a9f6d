import {
  AbortMultipartUploadCommand,
  type BucketLifecycleConfiguration,
  type BucketLocationConstraint,
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectsCommand,
  HeadBucketCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  PutBucketLifecycleConfigurationCommand,
  PutBucketTaggingCommand,
  PutPublicAccessBlockCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { awsErrorCode, classifyAwsError } from "@letsdata/aws/classify-error";
import { clientFor } from "@letsdata/aws/client-for";
import { withRetry } from "@letsdata/aws/with-retry";
import type { CloudAccess, ProvisionedResource } from "@letsdata/plugin-kit/connector";
import { nameOfBucket } from "./permissions.ts";

interface BucketConfig {
  readonly bucketName?: string | undefined;
  readonly resourceLocation: string;
}

/** What a killed attempt uploaded of an object is billed and shown in no listing; no attempt keeps one open for a day. */
const LIFECYCLE = {
  Rules: [
    {
      ID: "letsdata-unfinished-uploads",
      Status: "Enabled",
      Filter: { Prefix: "" },
      AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 },
    },
  ],
} satisfies BucketLifecycleConfiguration;

/** Makes LetsData's bucket in the component's region: private, tagged and rid of unfinished uploads. Repeatable; a customer's bucket is left alone. */
export async function provisionBucket(
  config: BucketConfig,
  access: CloudAccess,
  signal: AbortSignal,
): Promise<readonly ProvisionedResource[]> {
  if (config.resourceLocation !== "LetsData") return [];
  const s3 = clientFor(S3Client, access);
  const Bucket = nameOfBucket(config);
  const options = { abortSignal: signal };
  const arn = `arn:aws:s3:::${Bucket}`;
  const retry = <T>(action: string, attempt: () => Promise<T>) =>
    withRetry(attempt, { call: { action, resource: arn }, signal });

  await retry("s3:CreateBucket", async () => {
    if (await exists(s3, Bucket, signal)) return;
    const place =
      access.region === "us-east-1"
        ? {}
        : { CreateBucketConfiguration: { LocationConstraint: access.region as BucketLocationConstraint } };
    await s3.send(new CreateBucketCommand({ Bucket, ...place }), options).catch(unlessOurs);
  });
  await retry("s3:PutBucketPublicAccessBlock", () =>
    s3.send(
      new PutPublicAccessBlockCommand({
        Bucket,
        PublicAccessBlockConfiguration: {
          BlockPublicAcls: true,
          BlockPublicPolicy: true,
          IgnorePublicAcls: true,
          RestrictPublicBuckets: true,
        },
      }),
      options,
    ),
  );
  await retry("s3:PutBucketTagging", () =>
    s3.send(
      new PutBucketTaggingCommand({
        Bucket,
        Tagging: { TagSet: [{ Key: "letsdata:datasetName", Value: access.datasetName }] },
      }),
      options,
    ),
  );
  await retry("s3:PutLifecycleConfiguration", () =>
    s3.send(new PutBucketLifecycleConfigurationCommand({ Bucket, LifecycleConfiguration: LIFECYCLE }), options),
  );
  return [{ kind: "s3-bucket", name: Bucket, arn, region: access.region }];
}

/** Empties and removes LetsData's bucket; one that is gone already is fine. */
export async function removeBucket(config: BucketConfig, access: CloudAccess, signal: AbortSignal): Promise<void> {
  if (config.resourceLocation !== "LetsData" || !config.bucketName) return;
  const s3 = clientFor(S3Client, access);
  const Bucket = config.bucketName;
  if (!(await exists(s3, Bucket, signal))) return;
  try {
    await deletePrefix({ s3, bucket: Bucket, prefix: "" }, signal);
    await abortUploads(s3, Bucket, signal);
  } catch (thrown) {
    // Somebody else removes it as well, and was first.
    if (await exists(s3, Bucket, signal)) throw thrown;
    return;
  }
  await withRetry(() => s3.send(new DeleteBucketCommand({ Bucket }), { abortSignal: signal }).catch(unlessMissing), {
    call: { action: "s3:DeleteBucket", resource: `arn:aws:s3:::${Bucket}` },
    signal,
  });
}

/** Deletes every object of a bucket of LetsData's whose key begins with the prefix. */
export function removeObjects(
  { bucket, prefix }: { readonly bucket: string; readonly prefix: string },
  access: CloudAccess,
  signal: AbortSignal,
): Promise<void> {
  return deletePrefix({ s3: clientFor(S3Client, access), bucket, prefix }, signal);
}

/** Deletes every object whose key begins with the prefix. `mayDelete` is asked before each call that deletes, and throws where it may not. */
export async function deletePrefix(
  { s3, bucket, prefix }: { readonly s3: S3Client; readonly bucket: string; readonly prefix: string },
  signal: AbortSignal,
  mayDelete?: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const options = { abortSignal: signal };
  const resource = `arn:aws:s3:::${bucket}/${prefix}*`;
  for (;;) {
    const page = await withRetry(
      () => s3.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, MaxKeys: 1000 }), options),
      { call: { action: "s3:ListBucket", resource }, signal },
    );
    const Objects = (page.Contents ?? []).map(({ Key }) => ({ Key: Key ?? "" }));
    if (Objects.length === 0) return;
    await mayDelete?.(signal);
    const answer = await withRetry(
      () => s3.send(new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects, Quiet: true } }), options),
      { call: { action: "s3:DeleteObject", resource }, signal },
    );
    const refused = answer.Errors?.[0];
    if (refused) {
      throw classifyAwsError(
        { name: refused.Code, message: refused.Message, $metadata: {} },
        {
          action: "s3:DeleteObject",
          resource: `arn:aws:s3:::${bucket}/${refused.Key}`,
        },
      );
    }
  }
}

async function abortUploads(s3: S3Client, Bucket: string, signal: AbortSignal): Promise<void> {
  const options = { abortSignal: signal };
  const call = { action: "s3:ListBucketMultipartUploads", resource: `arn:aws:s3:::${Bucket}` };
  let hasMore = true;
  while (hasMore) {
    const page = await withRetry(() => s3.send(new ListMultipartUploadsCommand({ Bucket }), options), { call, signal });
    for (const { Key, UploadId } of page.Uploads ?? []) {
      await withRetry(
        () => s3.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId }), options).catch(unlessMissing),
        { call: { action: "s3:AbortMultipartUpload", resource: `arn:aws:s3:::${Bucket}/${Key}` }, signal },
      );
    }
    // Those of this page are gone, so the next ones come first.
    hasMore = page.IsTruncated === true;
  }
}

async function exists(s3: S3Client, Bucket: string, signal: AbortSignal): Promise<boolean> {
  try {
    await s3.send(new HeadBucketCommand({ Bucket }), { abortSignal: signal });
    return true;
  } catch (thrown) {
    signal.throwIfAborted();
    const problem = classifyAwsError(thrown, { action: "s3:ListBucket", resource: `arn:aws:s3:::${Bucket}` });
    if (problem.code === "RESOURCE_NOT_FOUND") return false;
    throw problem;
  }
}

/** Somebody (an earlier call of ours) made it since we looked: us-east-1 does not mind, other regions say so. */
function unlessOurs(thrown: unknown): void {
  if (awsErrorCode(thrown) !== "BucketAlreadyOwnedByYou") throw thrown;
}

function unlessMissing(thrown: unknown): void {
  if (classifyAwsError(thrown).code !== "RESOURCE_NOT_FOUND") throw thrown;
}
