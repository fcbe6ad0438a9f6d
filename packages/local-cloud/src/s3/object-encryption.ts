import type { Requirement } from "../iam/requirement.ts";
import { asList, asObject, readXml } from "./read-xml.ts";
import type { ResponseHeaders } from "./respond.ts";
import { existingBucket, header, type S3Request } from "./s3-request.ts";

/** How a body is encrypted: with S3's own keys (null), or with a key of KMS. */
export type ObjectKeyArn = string | null;

/** The key a write asks for, or the bucket's own. `aws:kms` without a key means S3's own key in KMS, which asks for no rights. */
export function keyForWrite(call: S3Request): ObjectKeyArn {
  const asked = header(call.request, "x-amz-server-side-encryption");
  if (asked === undefined) return bucketKey(call);
  const named = header(call.request, "x-amz-server-side-encryption-aws-kms-key-id");
  return asked.startsWith("aws:kms") && named !== undefined ? call.cloud.keys.find(named).arn : null;
}

function bucketKey(call: S3Request): ObjectKeyArn {
  const { encryption } = existingBucket(call, call.bucketName);
  if (encryption === null) return null;
  for (const rule of asList(readXml(encryption, "ServerSideEncryptionConfiguration").Rule)) {
    const { SSEAlgorithm, KMSMasterKeyID } = asObject(rule.ApplyServerSideEncryptionByDefault);
    if (String(SSEAlgorithm).startsWith("aws:kms") && typeof KMSMasterKeyID === "string")
      return call.cloud.keys.find(KMSMasterKeyID).arn;
  }
  return null;
}

/**
 * What the caller must be allowed to on the key: GenerateDataKey to begin a body, Decrypt to read or continue one.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html
 */
export function needsKey(call: S3Request, keyArn: ObjectKeyArn | undefined, action: "Decrypt" | "GenerateDataKey") {
  const none: readonly Requirement[] = [];
  if (!keyArn) return none;
  const key = call.cloud.keys.find(keyArn);
  return [call.cloud.keys.requirement(key, action, `s3.${key.region}.amazonaws.com`)];
}

export function encryptionHeaders(keyArn: ObjectKeyArn | undefined): ResponseHeaders {
  return keyArn
    ? { "x-amz-server-side-encryption": "aws:kms", "x-amz-server-side-encryption-aws-kms-key-id": keyArn }
    : { "x-amz-server-side-encryption": "AES256" };
}
