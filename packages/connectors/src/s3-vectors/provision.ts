import {
  CreateIndexCommand,
  CreateVectorBucketCommand,
  DeleteIndexCommand,
  DeleteVectorBucketCommand,
  S3VectorsClient,
} from "@aws-sdk/client-s3vectors";
import { classifyAwsError } from "@letsdata/aws/classify-error";
import { clientFor } from "@letsdata/aws/client-for";
import { withRetry } from "@letsdata/aws/with-retry";
import type { CloudAccess, ProvisionedResource } from "@letsdata/plugin-kit/connector";
import { bucketArn, indexArn, namesOf, type VectorIndexTarget } from "./permissions.ts";
import { configuredIndex } from "./vector-index.ts";

/**
 * Metadata that can be filtered by may have 2 KB; which attributes are kept beside it, up to 40 KB, is fixed when an index
 * is made, and ten at most: the usual names of the text a vector stands for.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-vectors-limitations.html
 */
const LONG_TEXT_ATTRIBUTES = ["body", "chunk", "content", "html", "markdown", "page_content", "pageContent", "text"];

/** Makes LetsData's vector bucket and index; each step may be repeated after a crash. */
export async function provisionIndex(
  config: VectorIndexTarget,
  access: CloudAccess,
  signal: AbortSignal,
): Promise<readonly ProvisionedResource[]> {
  if (config.resourceLocation !== "LetsData") return [];
  const { vectorBucketName, indexName } = namesOf(config);
  const s3Vectors = clientFor(S3VectorsClient, access);
  const tags = { "letsdata:datasetName": access.datasetName };
  const make = (action: string, resource: string, send: () => Promise<unknown>) =>
    withRetry(() => send().catch(unlessThere), { call: { action: `s3vectors:${action}`, resource }, signal });
  const bucket = bucketArn(config, access);
  await make("CreateVectorBucket", bucket, () =>
    s3Vectors.send(new CreateVectorBucketCommand({ vectorBucketName, tags }), { abortSignal: signal }),
  );
  const index = indexArn(config, access);
  await make("CreateIndex", index, () =>
    s3Vectors.send(
      new CreateIndexCommand({
        vectorBucketName,
        indexName,
        ...indexToMake(config),
        tags,
      }),
      { abortSignal: signal },
    ),
  );
  await configuredIndex(config, access);
  const { region } = access;
  return [
    { kind: "s3-vector-bucket", name: vectorBucketName, arn: bucket, region },
    { kind: "s3-vector-index", name: indexName, arn: index, region },
  ];
}

/** What an index of ours is like. */
export function indexToMake(config: VectorIndexTarget) {
  return {
    dataType: "float32" as const,
    dimension: config.numDimensions,
    distanceMetric: config.distanceMetric === "COSINE" ? ("cosine" as const) : ("euclidean" as const),
    metadataConfiguration: { nonFilterableMetadataKeys: LONG_TEXT_ATTRIBUTES },
  };
}

/** Removes LetsData's index and bucket; what is gone already is fine. */
export async function removeIndex(config: VectorIndexTarget, access: CloudAccess, signal: AbortSignal): Promise<void> {
  if (config.resourceLocation !== "LetsData" || !config.vectorBucketName || !config.indexName) return;
  const { vectorBucketName, indexName } = config;
  const s3Vectors = clientFor(S3VectorsClient, access);
  const remove = (action: string, resource: string, send: () => Promise<unknown>) =>
    withRetry(() => send().catch(unlessMissing), { call: { action: `s3vectors:${action}`, resource }, signal });
  await remove("DeleteIndex", indexArn(config, access), () =>
    s3Vectors.send(new DeleteIndexCommand({ vectorBucketName, indexName }), { abortSignal: signal }),
  );
  await remove("DeleteVectorBucket", bucketArn(config, access), () =>
    s3Vectors.send(new DeleteVectorBucketCommand({ vectorBucketName }), { abortSignal: signal }),
  );
}

function unlessThere(thrown: unknown): void {
  if ((thrown as { name?: string }).name !== "ConflictException") throw thrown;
}

function unlessMissing(thrown: unknown): void {
  if (classifyAwsError(thrown).code !== "RESOURCE_NOT_FOUND") throw thrown;
}
