import { AwsError } from "../server/aws-error.ts";
import { CHECKSUM_ALGORITHMS, checksumHeader } from "../signature/checksums.ts";
import { readXml } from "./read-xml.ts";
import { existingBucket, header, type S3Request } from "./s3-request.ts";

const CHECKSUM_HEADERS = CHECKSUM_ALGORITHMS.map(checksumHeader);

/**
 * A bucket with a default retention takes bytes only with a checksum of them:
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock-managing.html#object-lock-put-object
 */
export function checkLockedBody(call: S3Request, what: "Object" | "Part"): void {
  const { objectLock } = existingBucket(call, call.bucketName);
  if (!objectLock || readXml(objectLock, "ObjectLockConfiguration").Rule === undefined) return;
  const trailers = header(call.request, "x-amz-trailer")?.toLowerCase() ?? "";
  const isChecked =
    header(call.request, "content-md5") !== undefined ||
    CHECKSUM_HEADERS.some((name) => header(call.request, name) !== undefined || trailers.includes(name));
  if (isChecked) return;
  throw new AwsError(
    "InvalidRequest",
    `Content-MD5 OR x-amz-checksum- HTTP header is required for Put ${what} requests with Object Lock parameters`,
    400,
  );
}
