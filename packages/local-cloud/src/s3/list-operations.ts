import { AwsError } from "../server/aws-error.ts";
import type { CloudRequest } from "../server/service.ts";
import { encode } from "../signature/canonical-request.ts";
import { listKeys } from "./list-keys.ts";
import { respondXml } from "./respond.ts";
import { isoMillis, listContext, need, type S3Operation } from "./s3-request.ts";

const KEYS_MAX = 1000;

export const listOperations: Readonly<Record<string, S3Operation>> = {
  ListObjectsV2: {
    needs: (call) => [need(call, "ListBucket", undefined, listContext(call.request))],
    run(call) {
      const { query } = call.request;
      const input = readInput(call.request);
      const token = query.get("continuation-token");
      const startAfter = query.get("start-after");
      const after = token === null ? startAfter : decodeToken(token);
      const page = listKeys(call.objects, call.bucketName, { ...input, after });
      const text = encoder(input.encodes);
      const { accountId } = call.buckets.find(call.bucketName) ?? { accountId: "" };
      respondXml(call.request, "ListBucketResult", {
        Name: call.bucketName,
        Prefix: text(input.prefix),
        Delimiter: input.delimiter === null ? undefined : text(input.delimiter),
        StartAfter: startAfter === null ? undefined : text(startAfter),
        ContinuationToken: token,
        NextContinuationToken: page.last === null ? undefined : Buffer.from(page.last).toString("base64url"),
        KeyCount: page.objects.length + page.prefixes.length,
        MaxKeys: input.keysMax,
        EncodingType: input.encodes ? "url" : undefined,
        IsTruncated: page.last !== null,
        Contents: page.objects.map((object) => ({
          Key: text(object.key),
          LastModified: isoMillis(object.modified),
          ETag: `"${object.etag}"`,
          Size: object.size,
          Owner: query.get("fetch-owner") === "true" ? { ID: accountId } : undefined,
          StorageClass: "STANDARD",
        })),
        CommonPrefixes: page.prefixes.map((prefix) => ({ Prefix: text(prefix) })),
      });
    },
  },
  ListObjects: {
    needs: (call) => [need(call, "ListBucket", undefined, listContext(call.request))],
    run(call) {
      const input = readInput(call.request);
      const marker = call.request.query.get("marker");
      const page = listKeys(call.objects, call.bucketName, { ...input, after: marker });
      const text = encoder(input.encodes);
      respondXml(call.request, "ListBucketResult", {
        Name: call.bucketName,
        Prefix: text(input.prefix),
        Marker: text(marker ?? ""),
        Delimiter: input.delimiter === null ? undefined : text(input.delimiter),
        // As in S3: only listings with a delimiter name where to go on.
        NextMarker: page.last !== null && input.delimiter !== null ? text(page.last) : undefined,
        MaxKeys: input.keysMax,
        EncodingType: input.encodes ? "url" : undefined,
        IsTruncated: page.last !== null,
        Contents: page.objects.map((object) => ({
          Key: text(object.key),
          LastModified: isoMillis(object.modified),
          ETag: `"${object.etag}"`,
          Size: object.size,
          StorageClass: "STANDARD",
        })),
        CommonPrefixes: page.prefixes.map((prefix) => ({ Prefix: text(prefix) })),
      });
    },
  },
};

function readInput({ query }: CloudRequest) {
  const asked = query.get("max-keys");
  const keys = asked === null ? KEYS_MAX : Number(asked);
  if (!Number.isInteger(keys) || keys < 0)
    throw new AwsError("InvalidArgument", "Argument maxKeys must be an integer between 0 and 2147483647", 400);
  const encodingType = query.get("encoding-type");
  if (encodingType !== null && encodingType !== "url")
    throw new AwsError("InvalidArgument", "Invalid Encoding Method specified in Request", 400);
  return {
    prefix: query.get("prefix") ?? "",
    delimiter: query.get("delimiter") || null,
    keysMax: Math.min(keys, KEYS_MAX),
    encodes: encodingType === "url",
  };
}

export function encoder(encodes: boolean): (text: string) => string {
  return encodes ? (text) => encode(text).replaceAll("%2F", "/") : (text) => text;
}

function decodeToken(token: string): string {
  const after = Buffer.from(token, "base64url");
  if (token === "" || after.toString("base64url") !== token)
    throw new AwsError("InvalidArgument", "The continuation token provided is incorrect", 400);
  return after.toString("utf8");
}
