import { ListObjectsV2Command, S3Client } from "@aws-sdk/client-s3";
import { clientFor } from "@letsdata/aws/client-for";
import { withRetry } from "@letsdata/aws/with-retry";
import type { CloudAccess } from "@letsdata/plugin-kit/connector";

/** Every object under the prefix in the order of keys, a page of 1,000 at a time. Throws the Problem of the call. */
export async function* listPrefix(
  bucket: string,
  prefix: string,
  access: CloudAccess,
  signal: AbortSignal,
): AsyncGenerator<{ readonly key: string; readonly bytes: number }> {
  const s3 = clientFor(S3Client, access);
  const call = { action: "s3:ListBucket", resource: `arn:aws:s3:::${bucket}` };
  let token: string | undefined;
  do {
    const command = new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, ContinuationToken: token });
    const page = await withRetry(() => s3.send(command, { abortSignal: signal }), { call, signal });
    for (const { Key, Size } of page.Contents ?? []) yield { key: Key ?? "", bytes: Size ?? 0 };
    token = page.NextContinuationToken;
  } while (token !== undefined);
}
