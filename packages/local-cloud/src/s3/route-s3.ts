import type { CloudRequest } from "../server/service.ts";

/** Query word → what GET, PUT and DELETE of it are called after their verb. */
const BUCKET_SETTINGS: Readonly<Record<string, string>> = {
  policy: "BucketPolicy",
  encryption: "BucketEncryption",
  tagging: "BucketTagging",
  publicAccessBlock: "PublicAccessBlock",
  location: "BucketLocation",
  versioning: "BucketVersioning",
  acl: "BucketAcl",
  cors: "BucketCors",
  lifecycle: "BucketLifecycleConfiguration",
  notification: "BucketNotificationConfiguration",
  website: "BucketWebsite",
  logging: "BucketLogging",
  replication: "BucketReplication",
  ownershipControls: "BucketOwnershipControls",
  policyStatus: "BucketPolicyStatus",
  requestPayment: "BucketRequestPayment",
  accelerate: "BucketAccelerateConfiguration",
  "object-lock": "ObjectLockConfiguration",
};
const OBJECT_SETTINGS: Readonly<Record<string, string>> = {
  acl: "ObjectAcl",
  tagging: "ObjectTagging",
  retention: "ObjectRetention",
  "legal-hold": "ObjectLegalHold",
  torrent: "ObjectTorrent",
  attributes: "ObjectAttributes",
};
const VERB: Readonly<Record<string, string>> = { GET: "Get", HEAD: "Head", PUT: "Put", POST: "Post", DELETE: "Delete" };

/** The operation's name as AWS documents it. */
export function routeS3(request: CloudRequest, bucketName: string, key: string): string {
  const { method, query, headers } = request;
  const verb = VERB[method] ?? method;
  if (bucketName === "") return method === "GET" ? "ListBuckets" : `${verb}Service`;
  if (key !== "") return routeObject(method, verb, query, headers["x-amz-copy-source"] !== undefined);

  for (const [word, noun] of Object.entries(BUCKET_SETTINGS)) if (query.has(word)) return `${verb}${noun}`;
  if (query.has("versions")) return "ListObjectVersions";
  switch (method) {
    case "PUT":
      return "CreateBucket";
    case "HEAD":
      return "HeadBucket";
    case "DELETE":
      return "DeleteBucket";
    case "POST":
      return query.has("delete") ? "DeleteObjects" : "PostObject";
    default:
      if (query.has("uploads")) return "ListMultipartUploads";
      return query.get("list-type") === "2" ? "ListObjectsV2" : "ListObjects";
  }
}

function routeObject(method: string, verb: string, query: URLSearchParams, copies: boolean): string {
  for (const [word, noun] of Object.entries(OBJECT_SETTINGS)) if (query.has(word)) return `${verb}${noun}`;
  if (query.has("uploads") && method === "POST") return "CreateMultipartUpload";
  if (query.has("select")) return "SelectObjectContent";
  if (query.has("restore")) return "RestoreObject";
  if (query.has("uploadId")) {
    const parts: Readonly<Record<string, string>> = {
      PUT: copies ? "UploadPartCopy" : "UploadPart",
      POST: "CompleteMultipartUpload",
      DELETE: "AbortMultipartUpload",
      GET: "ListParts",
    };
    return parts[method] ?? `${verb}Object`;
  }
  if (query.has("versionId") && query.get("versionId") !== "null") return `${verb}ObjectVersion`;
  return method === "PUT" && copies ? "CopyObject" : `${verb}Object`;
}
