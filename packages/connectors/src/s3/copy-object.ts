import { S3Client } from "@aws-sdk/client-s3";
import { clientFor } from "@letsdata/aws/client-for";
import type { CloudAccess } from "@letsdata/plugin-kit/connector";
import { Problem } from "@letsdata/plugin-kit/problems";
import { openObject } from "./object-body.ts";
import { uploadObject } from "./object-upload.ts";
import { parseS3Uri } from "./permissions.ts";

/**
 * Copies `s3://bucket/key` to another bucket with the rights of both sides: neither needs to see the other's. An object that is there is
 * replaced. Throws RESOURCE_NOT_FOUND, or the Problem of the call.
 */
export async function copyObject(
  uri: string,
  from: CloudAccess,
  target: { readonly bucket: string; readonly key: string },
  to: CloudAccess,
  signal: AbortSignal,
): Promise<void> {
  const source = { s3: clientFor(S3Client, from), ...parseS3Uri(uri) };
  const object = await openObject(source, { from: 0, etag: null, signal }).catch((thrown: unknown) => {
    if (!(thrown instanceof Problem) || thrown.code !== "SOURCE_NOT_FOUND") throw thrown;
    throw new Problem("RESOURCE_NOT_FOUND", `${uri} does not exist.`, { cause: thrown });
  });
  const contentType = "application/octet-stream";
  const address = { s3: clientFor(S3Client, to), ...target };
  const upload = uploadObject(address, { contentType, confirmLease: async () => {}, signal });
  try {
    for await (const chunk of object.chunks) await upload.add(chunk);
    await upload.complete();
  } catch (thrown) {
    await upload.abort();
    throw thrown;
  }
}
