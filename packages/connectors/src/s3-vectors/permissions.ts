import type { ResourceScope } from "@letsdata/plugin-kit/connector";
import type { Permission } from "@letsdata/plugin-kit/permissions";
import { Problem } from "@letsdata/plugin-kit/problems";
import type { S3VectorsWriteConfig } from "./config.ts";

/** The parts of the configuration that runtimes look at, wherever the index lives. */
export type VectorIndexTarget = Pick<
  S3VectorsWriteConfig,
  "resourceLocation" | "vectorBucketName" | "indexName" | "numDimensions" | "distanceMetric"
> &
  Partial<Pick<S3VectorsWriteConfig, "vectorAttributeName">>;

export function s3VectorsWritePermissions(config: VectorIndexTarget, scope: ResourceScope): readonly Permission[] {
  const resources = [indexArn(config, scope)];
  return [
    { actions: ["s3vectors:GetIndex"], resources, reason: "Find the index and the length of its vectors" },
    { actions: ["s3vectors:PutVectors"], resources, reason: "Write vectors to the index" },
  ];
}

/** What a reader of the index needs (product.md §11.5). */
export function s3VectorsTargetReadPermissions(config: VectorIndexTarget, scope: ResourceScope): readonly Permission[] {
  return [
    {
      actions: ["s3vectors:QueryVectors", "s3vectors:GetVectors", "s3vectors:ListVectors"],
      resources: [indexArn(config, scope)],
      reason: "Search and read the index the dataset writes",
    },
  ];
}

export function bucketArn(config: VectorIndexTarget, { region, accountId }: ResourceScope): string {
  return `arn:aws:s3vectors:${region}:${accountId}:bucket/${namesOf(config).vectorBucketName}`;
}

export function indexArn(config: VectorIndexTarget, scope: ResourceScope): string {
  return `${bucketArn(config, scope)}/index/${namesOf(config).indexName}`;
}

export function namesOf({ vectorBucketName, indexName }: VectorIndexTarget) {
  if (vectorBucketName && indexName) return { vectorBucketName, indexName };
  throw new Problem("CONFIG_INVALID", "The index has no name yet.", { path: "writeConnector.indexName" });
}
