import type { Cloud } from "../cloud.ts";
import { AwsError, notImplemented } from "../server/aws-error.ts";
import type { Service } from "../server/service.ts";
import { openBodyFiles } from "./body-files.ts";
import { bucketOperations } from "./bucket-operations.ts";
import { bucketSettingOperations } from "./bucket-setting-operations.ts";
import { openBucketStore } from "./bucket-store.ts";
import { copyOperations } from "./copy-operations.ts";
import { deleteOperations } from "./delete-operations.ts";
import { listOperations } from "./list-operations.ts";
import { multipartOperations } from "./multipart-operations.ts";
import { openObjectStore } from "./object-store.ts";
import { readOperations } from "./read-operations.ts";
import { sendS3Error } from "./respond.ts";
import { routeS3 } from "./route-s3.ts";
import { bucketArn, existingBucket, header, type S3Operation, type S3Request } from "./s3-request.ts";
import { openUploadStore } from "./upload-store.ts";
import { writeOperations } from "./write-operations.ts";

const OPERATIONS: Readonly<Record<string, S3Operation>> = {
  ...bucketOperations,
  ...bucketSettingOperations,
  ...listOperations,
  ...readOperations,
  ...writeOperations,
  ...copyOperations,
  ...deleteOperations,
  ...multipartOperations,
};
const KEY_BYTES_MAX = 1024;

export function s3Service(cloud: Cloud): Service {
  const files = openBodyFiles(cloud.dir);
  const stores = {
    cloud,
    files,
    buckets: openBucketStore(cloud),
    objects: openObjectStore(cloud.database, files),
    uploads: openUploadStore(cloud.database, files),
  };
  return {
    name: "s3",
    deniedCode: "AccessDenied",
    resolve(request) {
      const { bucketName, key } = splitPath(request.rawPath);
      const name = routeS3(request, bucketName, key);
      const operation = Object.hasOwn(OPERATIONS, name) ? OPERATIONS[name] : undefined;
      if (!operation) throw notImplemented("s3", name);
      const call: S3Request = { ...stores, request, bucketName, key };
      if (!operation.withoutBucket) checkOwner(call, header(request, "x-amz-expected-bucket-owner"), bucketName);
      return {
        name,
        resource: key === "" ? bucketArn(bucketName) : `${bucketArn(bucketName)}/${key}`,
        requirements: operation.needs(call),
        run: () => operation.run(call),
      };
    },
    sendError: sendS3Error,
  };
}

function checkOwner(call: S3Request, expected: string | undefined, bucketName: string): void {
  const bucket = existingBucket(call, bucketName);
  if (expected !== undefined && expected !== bucket.accountId) throw new AwsError("AccessDenied", "Access Denied", 403);
}

function splitPath(rawPath: string): { bucketName: string; key: string } {
  const slash = rawPath.indexOf("/", 1);
  const decode = (text: string) => {
    try {
      return decodeURIComponent(text);
    } catch {
      throw new AwsError("InvalidURI", "Couldn't parse the specified URI.", 400);
    }
  };
  const bucketName = decode(slash < 0 ? rawPath.slice(1) : rawPath.slice(1, slash));
  const key = slash < 0 ? "" : decode(rawPath.slice(slash + 1));
  if (Buffer.byteLength(key) > KEY_BYTES_MAX)
    throw new AwsError("KeyTooLongError", "Your key is too long", 400, { MaxSizeAllowed: KEY_BYTES_MAX });
  return { bucketName, key };
}
