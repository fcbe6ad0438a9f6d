import { HeadObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { clientFor } from "@letsdata/aws/client-for";
import type { CloudAccess } from "@letsdata/plugin-kit/connector";

const CALLS_AT_ONCE = 8;

/** Stored bytes of each object, in order; null where it cannot be asked. */
export async function objectSizes(
  bucket: string,
  keys: readonly string[],
  access: CloudAccess,
  signal: AbortSignal,
): Promise<readonly (number | null)[]> {
  const s3 = clientFor(S3Client, access);
  const sizes = new Array<number | null>(keys.length).fill(null);
  let next = 0;
  const askOneAfterTheOther = async () => {
    for (let index = next++; index < keys.length; index = next++) {
      const command = new HeadObjectCommand({ Bucket: bucket, Key: keys[index]! });
      const head = await s3.send(command, { abortSignal: signal }).catch(() => null);
      signal.throwIfAborted();
      sizes[index] = head?.ContentLength ?? null;
    }
  };
  await Promise.all(Array.from({ length: CALLS_AT_ONCE }, askOneAfterTheOther));
  return sizes;
}
