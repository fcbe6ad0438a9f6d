import { parsePolicy } from "../iam/policy-document.ts";
import { AwsError } from "../server/aws-error.ts";
import type { Bucket } from "./bucket-store.ts";
import { readXml } from "./read-xml.ts";
import { receiveText } from "./receive-body.ts";
import { respond } from "./respond.ts";
import { bucketArn, existingBucket, need, type S3Operation } from "./s3-request.ts";

const POLICY_BYTES_MAX = 20 * 1024;

type Setting = "policy" | "encryption" | "tagging" | "publicAccessBlock" | "lifecycle" | "objectLock";

function getSetting(
  action: string,
  setting: Setting,
  contentType: string,
  missing: { code: string; message: string },
): S3Operation {
  return {
    needs: (call) => [need(call, action)],
    run(call) {
      const value = existingBucket(call, call.bucketName)[setting] ?? null;
      if (value === null) throw new AwsError(missing.code, missing.message, 404, { BucketName: call.bucketName });
      respond(call.request, 200, { "content-type": contentType }, value);
    },
  };
}

function putXmlSetting(action: string, setting: Exclude<Setting, "policy">, root: string): S3Operation {
  return {
    needs: (call) => [need(call, action)],
    async run(call) {
      const text = await receiveText(call.request);
      readXml(text, root);
      saveSetting(call.buckets, existingBucket(call, call.bucketName), setting, text);
      respond(call.request, 200);
    },
  };
}

function deleteSetting(action: string, setting: Setting): S3Operation {
  return {
    needs: (call) => [need(call, action)],
    run(call) {
      saveSetting(call.buckets, existingBucket(call, call.bucketName), setting, null);
      respond(call.request, 204);
    },
  };
}

function saveSetting(
  buckets: { save(bucket: Bucket): void },
  bucket: Bucket,
  setting: Setting,
  value: string | null,
): void {
  buckets.save({ ...bucket, [setting]: value });
}

export const bucketSettingOperations: Readonly<Record<string, S3Operation>> = {
  GetBucketPolicy: getSetting("GetBucketPolicy", "policy", "application/json", {
    code: "NoSuchBucketPolicy",
    message: "The bucket policy does not exist",
  }),
  DeleteBucketPolicy: deleteSetting("DeleteBucketPolicy", "policy"),
  PutBucketPolicy: {
    needs: (call) => [need(call, "PutBucketPolicy")],
    async run(call) {
      const text = await receiveText(call.request);
      if (Buffer.byteLength(text) > POLICY_BYTES_MAX)
        throw malformed("Policy exceeds the maximum allowed size of 20 KB");
      const policy = parsePolicy(text, "resource", "MalformedPolicy");
      call.cloud.iam.checkPrincipalsExist(policy, "MalformedPolicy");
      const arn = bucketArn(call.bucketName);
      for (const { resources, notResources } of policy.statements) {
        for (const resource of resources ?? notResources ?? []) {
          if (resource !== arn && !resource.startsWith(`${arn}/`)) throw malformed("Policy has invalid resource");
        }
      }
      saveSetting(call.buckets, existingBucket(call, call.bucketName), "policy", text);
      respond(call.request, 204);
    },
  },
  GetBucketEncryption: getSetting("GetEncryptionConfiguration", "encryption", "application/xml", {
    code: "ServerSideEncryptionConfigurationNotFoundError",
    message: "The server side encryption configuration was not found",
  }),
  PutBucketEncryption: putXmlSetting("PutEncryptionConfiguration", "encryption", "ServerSideEncryptionConfiguration"),
  DeleteBucketEncryption: deleteSetting("PutEncryptionConfiguration", "encryption"),
  GetBucketTagging: getSetting("GetBucketTagging", "tagging", "application/xml", {
    code: "NoSuchTagSet",
    message: "The TagSet does not exist",
  }),
  PutBucketTagging: putXmlSetting("PutBucketTagging", "tagging", "Tagging"),
  DeleteBucketTagging: deleteSetting("PutBucketTagging", "tagging"),
  GetPublicAccessBlock: getSetting("GetBucketPublicAccessBlock", "publicAccessBlock", "application/xml", {
    code: "NoSuchPublicAccessBlockConfiguration",
    message: "The public access block configuration was not found",
  }),
  PutPublicAccessBlock: putXmlSetting(
    "PutBucketPublicAccessBlock",
    "publicAccessBlock",
    "PublicAccessBlockConfiguration",
  ),
  DeletePublicAccessBlock: deleteSetting("PutBucketPublicAccessBlock", "publicAccessBlock"),
  // Kept and given back; nothing expires here.
  GetBucketLifecycleConfiguration: getSetting("GetLifecycleConfiguration", "lifecycle", "application/xml", {
    code: "NoSuchLifecycleConfiguration",
    message: "The lifecycle configuration does not exist",
  }),
  PutBucketLifecycleConfiguration: putXmlSetting("PutLifecycleConfiguration", "lifecycle", "LifecycleConfiguration"),
  DeleteBucketLifecycleConfiguration: deleteSetting("PutLifecycleConfiguration", "lifecycle"),
  // A bucket keeps no versions, so there is none to hold; what a default retention asks of requests is asked (object-lock.ts).
  GetObjectLockConfiguration: getSetting("GetBucketObjectLockConfiguration", "objectLock", "application/xml", {
    code: "ObjectLockConfigurationNotFoundError",
    message: "Object Lock configuration does not exist for this bucket",
  }),
  PutObjectLockConfiguration: putXmlSetting(
    "PutBucketObjectLockConfiguration",
    "objectLock",
    "ObjectLockConfiguration",
  ),
};

function malformed(message: string): AwsError {
  return new AwsError("MalformedPolicy", message, 400);
}
