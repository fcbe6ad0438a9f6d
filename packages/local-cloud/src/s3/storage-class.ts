import { AwsError } from "../server/aws-error.ts";
import type { ObjectRecord } from "./object-store.ts";

export const STORAGE_CLASS_HEADER = "x-amz-storage-class";
/** Gives objects only after a restore, which this cloud does not do. */
const COLD = new Set(["GLACIER", "DEEP_ARCHIVE"]);

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html */
export function refuseCold({ details }: ObjectRecord): void {
  const storageClass = details.headers[STORAGE_CLASS_HEADER] ?? "";
  if (!COLD.has(storageClass)) return;
  throw new AwsError("InvalidObjectState", "The operation is not valid for the object's storage class", 403, {
    StorageClass: storageClass,
  });
}
