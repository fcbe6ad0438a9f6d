import { AwsError } from "../server/aws-error.ts";
import type { JsonInput } from "../server/json-protocol.ts";
import { invalid } from "./read-vectors.ts";
import type { VectorOperation } from "./s3-vectors-operation.ts";
import { bucketArn, indexArn, type VectorBucket, type VectorIndex } from "./vector-store.ts";

const DIMENSION_MAX = 4096;
const NON_FILTERABLE_KEYS_MAX = 10;
const PAGE_MAX = 500;

export const bucketOperations: Readonly<Record<string, VectorOperation>> = {
  CreateVectorBucket({ vectors, place }) {
    if (vectors.bucket(place)) throw conflict("A vector bucket with the specified name already exists");
    vectors.createBucket(place);
    return { vectorBucketArn: bucketArn(place) };
  },
  GetVectorBucket({ bucket }) {
    return { vectorBucket: { ...describeBucket(bucket()), encryptionConfiguration: { sseType: "AES256" } } };
  },
  ListVectorBuckets({ vectors, place, input }) {
    const page = pageOf(vectors.buckets(place.accountId, place.region), ({ bucket }) => bucket, input);
    return { vectorBuckets: page.entries.map(describeBucket), ...page.token };
  },
  DeleteVectorBucket({ vectors, place, bucket }) {
    if (vectors.indexes(bucket()).length > 0) throw conflict("The specified vector bucket is not empty");
    vectors.removeBucket(place);
    return {};
  },
  CreateIndex({ vectors, input, place, indexName, bucket }) {
    bucket();
    if (vectors.index(indexArn({ ...place, name: indexName }))) {
      throw conflict("An index with the specified name already exists");
    }
    input.string("dataType", /^float32$/);
    const nonFilterableKeys = input.object("metadataConfiguration").strings("nonFilterableMetadataKeys");
    if (nonFilterableKeys.length > NON_FILTERABLE_KEYS_MAX) {
      throw invalid(`At most ${NON_FILTERABLE_KEYS_MAX} metadata keys may be non-filterable`);
    }
    const index = vectors.createIndex({
      ...place,
      name: indexName,
      dimension: input.number("dimension", 1, DIMENSION_MAX),
      metric: input.string("distanceMetric", /^(cosine|euclidean)$/) as VectorIndex["metric"],
      nonFilterableKeys,
    });
    return { indexArn: indexArn(index) };
  },
  GetIndex({ index }) {
    const found = index();
    return {
      index: {
        ...describeIndex(found),
        dataType: "float32",
        dimension: found.dimension,
        distanceMetric: found.metric,
        ...(found.nonFilterableKeys.length > 0
          ? { metadataConfiguration: { nonFilterableMetadataKeys: found.nonFilterableKeys } }
          : {}),
      },
    };
  },
  ListIndexes({ vectors, input, bucket }) {
    const page = pageOf(vectors.indexes(bucket()), ({ name }) => name, input);
    return { indexes: page.entries.map(describeIndex), ...page.token };
  },
  DeleteIndex({ vectors, place, indexName }) {
    const found = vectors.index(indexArn({ ...place, name: indexName }));
    if (found) vectors.removeIndex(found);
    return {};
  },
};

function describeBucket(bucket: VectorBucket) {
  return {
    vectorBucketName: bucket.bucket,
    vectorBucketArn: bucketArn(bucket),
    creationTime: bucket.createdAt / 1000,
  };
}

function describeIndex(index: VectorIndex) {
  return {
    vectorBucketName: index.bucket,
    indexName: index.name,
    indexArn: indexArn(index),
    creationTime: index.createdAt / 1000,
  };
}

function pageOf<T>(all: readonly T[], nameOf: (entry: T) => string, input: JsonInput) {
  const limit = input.optionalNumber("maxResults", 1, PAGE_MAX) ?? PAGE_MAX;
  const after = input.optionalString("nextToken") ?? "";
  const prefix = input.optionalString("prefix") ?? "";
  const rest = all.filter((entry) => nameOf(entry) > after && nameOf(entry).startsWith(prefix));
  const entries = rest.slice(0, limit);
  const last = entries.at(-1);
  return { entries, token: rest.length > limit && last ? { nextToken: nameOf(last) } : {} };
}

function conflict(message: string): AwsError {
  return new AwsError("ConflictException", message, 409);
}
