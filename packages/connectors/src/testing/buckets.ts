import {
  type BucketLocationConstraint,
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
  type StorageClass,
} from "@aws-sdk/client-s3";
import { clientFor } from "@letsdata/aws/client-for";
import type { CloudAccess } from "@letsdata/plugin-kit/connector";

/** What tests do to the buckets of a server. */
export function bucketsOf(access: CloudAccess) {
  const s3 = clientFor(S3Client, access);
  let made = 0;
  return {
    access,
    async bucket(): Promise<string> {
      const Bucket = `test-bucket-${made++}`;
      const CreateBucketConfiguration = { LocationConstraint: access.region as BucketLocationConstraint };
      await s3.send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration }));
      return Bucket;
    },
    async put(Bucket: string, Key: string, Body: Uint8Array | string, StorageClass?: StorageClass): Promise<void> {
      await s3.send(new PutObjectCommand({ Bucket, Key, Body, StorageClass }));
    },
    async get(Bucket: string, Key: string): Promise<Buffer> {
      const answer = await s3.send(new GetObjectCommand({ Bucket, Key }));
      return Buffer.from(await answer.Body!.transformToByteArray());
    },
    /** With what is in it. */
    async remove(Bucket: string): Promise<void> {
      for (const Key of await this.keys(Bucket)) await s3.send(new DeleteObjectCommand({ Bucket, Key }));
      await s3.send(new DeleteBucketCommand({ Bucket }));
    },
    async keys(Bucket: string): Promise<readonly string[]> {
      const answer = await s3.send(new ListObjectsV2Command({ Bucket }));
      return (answer.Contents ?? []).map(({ Key }) => Key ?? "");
    },
  };
}

export type Buckets = ReturnType<typeof bucketsOf>;
