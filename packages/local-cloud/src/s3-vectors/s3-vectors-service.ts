import type { Cloud } from "../cloud.ts";
import { AwsError, notImplemented } from "../server/aws-error.ts";
import { type JsonInput, readJsonBody, sendJson, sendJsonError } from "../server/json-protocol.ts";
import type { CloudRequest, Service } from "../server/service.ts";
import { bucketOperations } from "./bucket-operations.ts";
import { invalid } from "./read-vectors.ts";
import type { VectorCall, VectorOperation } from "./s3-vectors-operation.ts";
import { readsVectors, vectorOperations } from "./vector-operations.ts";
import { type BucketPlace, bucketArn, indexArn, openVectorStore } from "./vector-store.ts";

const OPERATIONS: Readonly<Record<string, VectorOperation>> = { ...bucketOperations, ...vectorOperations };
const NAME = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;
const REQUEST_BYTES_MAX = 20 * 1024 * 1024;

export function s3VectorsService(cloud: Cloud): Service {
  const vectors = openVectorStore(cloud);
  return {
    name: "s3vectors",
    deniedCode: "AccessDeniedException",
    bodyBytesMax: REQUEST_BYTES_MAX,
    resolve(request) {
      const action = request.rawPath.slice(1);
      const operation = Object.hasOwn(OPERATIONS, action) ? OPERATIONS[action] : undefined;
      if (!operation || request.method !== "POST") throw notImplemented("s3vectors", action);
      const input = readJsonBody(request);
      const { place, indexName } = named(action, input, request);
      const ofIndex = action.endsWith("Vectors") || action.endsWith("Index");
      const resource = ofIndex ? indexArn({ ...place, name: indexName }) : place.bucket ? bucketArn(place) : "*";
      const call: VectorCall = {
        cloud,
        vectors,
        input,
        place,
        indexName,
        bucket: () => vectors.bucket(place) ?? missing("The specified vector bucket could not be found"),
        index: () => vectors.index(resource) ?? missing("The specified index could not be found"),
      };
      const actions = readsVectors(call, action) ? [action, "GetVectors"] : [action];
      return {
        name: action,
        resource,
        requirements: actions.map((needed) => ({
          action: `s3vectors:${needed}`,
          resource,
          owner: { accountId: place.accountId, policy: null },
        })),
        run: () => sendJson(request, operation(call)),
      };
    },
    sendError: sendJsonError,
  };
}

/** An ARN says it all; names are of the caller's own account and region. */
function named(
  action: string,
  input: JsonInput,
  { caller, region }: CloudRequest,
): { readonly place: BucketPlace; readonly indexName: string } {
  const arn = input.optionalString("indexArn") ?? input.optionalString("vectorBucketArn");
  if (arn !== undefined) {
    const match = /^arn:aws:s3vectors:([a-z0-9-]+):(\d{12}):bucket\/([a-z0-9.-]+)(?:\/index\/([a-z0-9.-]+))?$/.exec(
      arn,
    );
    if (!match?.[1] || !match[2] || !match[3]) throw invalid(`Invalid ARN: ${arn}`);
    const place = { region: match[1], accountId: match[2], bucket: match[3] };
    return { place, indexName: match[4] ?? input.optionalString("indexName") ?? "" };
  }
  const own = { accountId: caller.accountId, region, bucket: "" };
  if (action === "ListVectorBuckets") return { place: own, indexName: "" };
  const bucket = input.string("vectorBucketName", NAME);
  const indexName = input.has("indexName") ? input.string("indexName", NAME) : "";
  return { place: { ...own, bucket }, indexName };
}

function missing(message: string): never {
  throw new AwsError("NotFoundException", message, 404);
}
