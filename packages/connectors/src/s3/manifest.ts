import { S3Client } from "@aws-sdk/client-s3";
import { clientFor } from "@letsdata/aws/client-for";
import type { CloudAccess } from "@letsdata/plugin-kit/connector";
import { Problem } from "@letsdata/plugin-kit/problems";
import { plainBytes } from "@letsdata/plugin-kit/unpack/plain-bytes";
import { openObject } from "./object-body.ts";
import { parseS3Uri } from "./permissions.ts";

export interface ManifestBytes {
  /** Changes when the manifest does; null for text inside the configuration. */
  readonly etag: string | null;
  readonly bytes: AsyncGenerator<Uint8Array>;
}

type Manifest =
  | { readonly manifestType: "S3ReaderTextManifestFile"; readonly fileContents: string }
  | { readonly manifestType: "S3ReaderS3LinkManifestFile"; readonly manifestFileS3Uri: string };

/**
 * A manifest's plain bytes, unpacked by magic bytes. With `etag` the object must still be that one.
 * Throws MANIFEST_CHANGED, RESOURCE_NOT_FOUND, SOURCE_CORRUPT or the Problem of the call, also while reading.
 */
export async function openManifest(
  manifest: Manifest,
  access: CloudAccess,
  options: { readonly etag?: string | null; readonly signal: AbortSignal },
): Promise<ManifestBytes> {
  if (manifest.manifestType === "S3ReaderTextManifestFile")
    return { etag: null, bytes: textBytes(manifest.fileContents) };
  const uri = manifest.manifestFileS3Uri;
  const { bucket, key } = parseS3Uri(uri);
  const s3 = clientFor(S3Client, access);
  const object = await openObject(
    { s3, bucket, key },
    { from: 0, etag: options.etag ?? null, signal: options.signal },
  ).catch((thrown: unknown) => {
    throw manifestProblem(thrown, uri);
  });
  const start = { compressed: 0, plain: 0 };
  const plain = await plainBytes(object.chunks, { name: uri, start, skip: 0, packedBytes: object.size, packing: null });
  return { etag: object.etag, bytes: withManifestProblems(plain.bytes, uri) };
}

async function* textBytes(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}

async function* withManifestProblems(bytes: AsyncIterable<Uint8Array>, uri: string): AsyncGenerator<Uint8Array> {
  try {
    yield* bytes;
  } catch (thrown) {
    throw manifestProblem(thrown, uri);
  }
}

function manifestProblem(thrown: unknown, uri: string): unknown {
  if (!(thrown instanceof Problem)) return thrown;
  const path = "manifestFile.manifestFileS3Uri";
  if (thrown.code === "SOURCE_CHANGED") {
    return new Problem("MANIFEST_CHANGED", `${uri} changed while it was being planned.`, { path, cause: thrown });
  }
  if (thrown.code === "SOURCE_NOT_FOUND") {
    return new Problem("RESOURCE_NOT_FOUND", `The manifest ${uri} does not exist.`, { path, cause: thrown });
  }
  return thrown;
}
