import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { S3Client } from "@aws-sdk/client-s3";
import { clientFor } from "@letsdata/aws/client-for";
import type { CloudAccess } from "@letsdata/plugin-kit/connector";
import { Problem } from "@letsdata/plugin-kit/problems";
import { openObject } from "./object-body.ts";
import { parseS3Uri } from "./permissions.ts";

/**
 * Downloads `s3://bucket/key` to a file, which appears only when it is whole. Throws ARTIFACT_TOO_LARGE above `bytesMax`,
 * RESOURCE_NOT_FOUND, or the Problem of the call.
 */
export async function fetchObject(
  uri: string,
  file: string,
  access: CloudAccess,
  options: { readonly bytesMax: number; readonly signal: AbortSignal },
): Promise<{ readonly etag: string; readonly bytes: number; readonly sha256: string }> {
  const { bucket, key } = parseS3Uri(uri);
  const { signal, bytesMax } = options;
  const s3 = clientFor(S3Client, access);
  const object = await openObject({ s3, bucket, key }, { from: 0, etag: null, signal }).catch((thrown: unknown) => {
    if (!(thrown instanceof Problem) || thrown.code !== "SOURCE_NOT_FOUND") throw thrown;
    throw new Problem("RESOURCE_NOT_FOUND", `${uri} does not exist.`, { cause: thrown });
  });
  const part = `${file}.part`;
  const hash = createHash("sha256");
  try {
    if (object.size > bytesMax) {
      const limit = Math.floor(bytesMax / (1024 * 1024));
      throw new Problem("ARTIFACT_TOO_LARGE", `${uri} has ${object.size} bytes; at most ${limit} MiB can be used.`);
    }
    const hashed = async function* (chunks: AsyncIterable<Uint8Array>) {
      for await (const chunk of chunks) {
        hash.update(chunk);
        yield chunk;
      }
    };
    await pipeline(object.chunks, hashed, createWriteStream(part), { signal });
    await rename(part, file);
  } finally {
    await object.close();
    await rm(part, { force: true });
  }
  return { etag: object.etag, bytes: object.size, sha256: hash.digest("hex") };
}
