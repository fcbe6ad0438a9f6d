import { AwsError } from "../server/aws-error.ts";
import type { CloudRequest } from "../server/service.ts";
import type { ObjectRecord } from "./object-store.ts";
import { bucketArn, header, type S3Request } from "./s3-request.ts";

/** If-Match, If-None-Match and the dates of a read. Throws 412, or 304. */
export function checkReadConditions(request: CloudRequest, object: ObjectRecord, prefix = ""): void {
  const value = (name: string) => header(request, prefix + name);
  const ifMatch = value("if-match");
  if (ifMatch !== undefined && !matchesETag(ifMatch, object)) throw failed("If-Match");
  const modifiedSeconds = Math.floor(object.modified / 1000) * 1000;
  const unmodifiedSince = Date.parse(value("if-unmodified-since") ?? "");
  if (ifMatch === undefined && modifiedSeconds > unmodifiedSince) throw failed("If-Unmodified-Since");
  const unchanged = () => (prefix === "" ? new AwsError("NotModified", "Not Modified", 304) : failed("If-None-Match"));
  const ifNoneMatch = value("if-none-match");
  if (ifNoneMatch !== undefined && matchesETag(ifNoneMatch, object)) throw unchanged();
  const modifiedSince = Date.parse(value("if-modified-since") ?? "");
  if (ifNoneMatch === undefined && modifiedSeconds <= modifiedSince) throw unchanged();
}

/** Checked in the same turn as the write, so that of two conditional writers one loses. */
export function checkWriteConditions(request: CloudRequest, existing: ObjectRecord | null): void {
  const ifNoneMatch = header(request, "if-none-match");
  if (ifNoneMatch !== undefined) {
    if (ifNoneMatch !== "*")
      throw new AwsError("NotImplemented", "A header you provided implies functionality that is not implemented", 501, {
        Header: "If-None-Match",
      });
    if (existing) throw failed("If-None-Match");
  }
  const ifMatch = header(request, "if-match");
  if (ifMatch === undefined) return;
  if (!existing) throw new AwsError("NoSuchKey", "The specified key does not exist.", 404);
  if (!matchesETag(ifMatch, existing)) throw failed("If-Match");
}

/** Whether a `conflict` fault has another write of the key come in between. Only conditional writes notice. */
export function meetsConflict({ request, cloud, bucketName, key }: S3Request, action: string): boolean {
  if (header(request, "if-none-match") === undefined && header(request, "if-match") === undefined) return false;
  return cloud.faults.draw("conflict", "s3", action, `${bucketArn(bucketName)}/${key}`) !== null;
}

export function conflicting(key: string): AwsError {
  return new AwsError(
    "ConditionalRequestConflict",
    "The conditional request cannot succeed due to a conflicting operation against this resource.",
    409,
    { Key: key },
  );
}

function matchesETag(value: string, { etag }: ObjectRecord): boolean {
  return value.split(",").some((entry) => ["*", etag, `"${etag}"`].includes(entry.trim()));
}

function failed(condition: string): AwsError {
  return new AwsError("PreconditionFailed", "At least one of the pre-conditions you specified did not hold", 412, {
    Condition: condition,
  });
}
