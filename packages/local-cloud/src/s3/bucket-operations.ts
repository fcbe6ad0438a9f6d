import { isIPv4 } from "node:net";
import { AwsError } from "../server/aws-error.ts";
import { readXml } from "./read-xml.ts";
import { receiveText } from "./receive-body.ts";
import { respond, respondXml } from "./respond.ts";
import { bucketArn, existingBucket, isoMillis, need, type S3Operation } from "./s3-request.ts";

export const bucketOperations: Readonly<Record<string, S3Operation>> = {
  CreateBucket: {
    withoutBucket: true,
    needs: ({ bucketName }) => [{ action: "s3:CreateBucket", resource: bucketArn(bucketName) }],
    async run({ request, bucketName, buckets, cloud }) {
      if (!isBucketName(bucketName))
        throw new AwsError("InvalidBucketName", "The specified bucket is not valid.", 400, { BucketName: bucketName });
      const body =
        Number(request.headers["content-length"] ?? 0) > 0 || request.payload.kind === "chunked"
          ? await receiveText(request)
          : "";
      const location = body === "" ? undefined : readXml(body, "CreateBucketConfiguration").LocationConstraint;
      const region = typeof location === "string" && location !== "" ? location : "us-east-1";
      if (region !== request.region) {
        throw location === undefined
          ? new AwsError(
              "IllegalLocationConstraintException",
              "The unspecified location constraint is incompatible for the region specific endpoint this request was sent to.",
              400,
            )
          : new AwsError("InvalidLocationConstraint", "The specified location-constraint is not valid", 400, {
              LocationConstraint: region,
            });
      }
      const existing = buckets.find(bucketName);
      const own = existing?.accountId === request.caller.accountId;
      if (existing && !own) {
        throw new AwsError(
          "BucketAlreadyExists",
          "The requested bucket name is not available. The bucket namespace is shared by all users of the system. Please select a different name and try again.",
          409,
          { BucketName: bucketName },
        );
      }
      if (existing && region !== "us-east-1") {
        throw new AwsError(
          "BucketAlreadyOwnedByYou",
          "Your previous request to create the named bucket succeeded and you already own it.",
          409,
          { BucketName: bucketName },
        );
      }
      // us-east-1 answers 200 to the owner who creates a bucket again.
      if (!existing) {
        buckets.save({
          name: bucketName,
          accountId: request.caller.accountId,
          region,
          createdAt: cloud.now(),
          policy: null,
          encryption: null,
          tagging: null,
          publicAccessBlock: null,
        });
      }
      respond(request, 200, { location: `/${bucketName}` });
    },
  },
  HeadBucket: {
    needs: (call) => [need(call, "ListBucket")],
    run: (call) => respond(call.request, 200, { "x-amz-bucket-region": existingBucket(call, call.bucketName).region }),
  },
  GetBucketLocation: {
    needs: (call) => [need(call, "GetBucketLocation")],
    run(call) {
      const { region } = existingBucket(call, call.bucketName);
      const body = `<?xml version="1.0" encoding="UTF-8"?>\n<LocationConstraint xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${region === "us-east-1" ? "" : region}</LocationConstraint>`;
      respond(call.request, 200, { "content-type": "application/xml" }, body);
    },
  },
  DeleteBucket: {
    needs: (call) => [need(call, "DeleteBucket")],
    run({ request, bucketName, buckets, objects, uploads }) {
      if (!objects.isEmpty(bucketName))
        throw new AwsError("BucketNotEmpty", "The bucket you tried to delete is not empty", 409, {
          BucketName: bucketName,
        });
      uploads.abortAll(bucketName);
      buckets.remove(bucketName);
      respond(request, 204);
    },
  },
  ListBuckets: {
    withoutBucket: true,
    needs: () => [{ action: "s3:ListAllMyBuckets", resource: "arn:aws:s3:::*" }],
    run({ request, buckets }) {
      const { accountId } = request.caller;
      const prefix = request.query.get("prefix") ?? "";
      const Bucket = buckets
        .ownedBy(accountId)
        .filter(({ name }) => name.startsWith(prefix))
        .map(({ name, createdAt, region }) => ({
          Name: name,
          CreationDate: isoMillis(createdAt),
          BucketRegion: region,
        }));
      respondXml(request, "ListAllMyBucketsResult", {
        Owner: { ID: accountId, DisplayName: accountId },
        Buckets: { Bucket },
      });
    },
  },
};

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
export function isBucketName(name: string): boolean {
  return (
    /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name) &&
    !name.includes("..") &&
    !isIPv4(name) &&
    !/^(xn--|sthree-|amzn-s3-demo-)/.test(name) &&
    !/(-s3alias|--ol-s3|\.mrap|--x-s3)$/.test(name)
  );
}
