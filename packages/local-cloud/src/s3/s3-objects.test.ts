import { randomBytes } from "node:crypto";
import { Readable } from "node:stream";
import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetBucketEncryptionCommand,
  GetBucketLocationCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Clients, clientsFor } from "../testing/clients.ts";
import { KEYS, OTHER_KEYS, startTestCloud, type TestCloud } from "../testing/test-cloud.ts";

let cloud: TestCloud;
let own: Clients;
const Bucket = "objects-test";

beforeAll(async () => {
  cloud = await startTestCloud();
  own = clientsFor(cloud.endpoint, KEYS);
  await own.s3.send(new CreateBucketCommand({ Bucket }));
});
afterAll(() => cloud.remove());

async function read(Key: string, more: object = {}) {
  const result = await own.s3.send(new GetObjectCommand({ Bucket, Key, ...more }));
  return { ...result, bytes: Buffer.from((await result.Body?.transformToByteArray()) ?? []) };
}

test("an object comes back as it was put: body, metadata, encoding, type and etag", async () => {
  const put = await own.s3.send(
    new PutObjectCommand({
      Bucket,
      Key: "a b/ü+c&<.txt",
      Body: "hello",
      ContentType: "text/plain",
      ContentEncoding: "gzip",
      Metadata: { origin: "here" },
    }),
  );
  expect(put.ETag).toBe('"5d41402abc4b2a76b9719d911017c592"');
  const got = await read("a b/ü+c&<.txt");
  expect(got.bytes.toString()).toBe("hello");
  expect(got).toMatchObject({
    ContentType: "text/plain",
    ContentEncoding: "gzip",
    Metadata: { origin: "here" },
    ETag: put.ETag,
    ContentLength: 5,
  });
  expect(got.LastModified).toBeInstanceOf(Date);
});

test("a streamed body of unknown chunks with a trailing checksum is decoded and checked", async () => {
  const body = randomBytes(3_000_000);
  await own.s3.send(
    new PutObjectCommand({
      Bucket,
      Key: "streamed",
      Body: Readable.from([body.subarray(0, 999_999), body.subarray(999_999)]),
      ContentLength: body.length,
    }),
  );
  const got = await read("streamed", { ChecksumMode: "ENABLED" });
  expect(got.bytes.equals(body)).toBe(true);
  expect(got.ChecksumCRC32).toBeDefined();
  expect(got.ContentEncoding).toBeUndefined();
});

test.each(["CRC32", "CRC32C", "SHA1", "SHA256", "CRC64NVME"] as const)(
  "a wrong %s checksum is refused and nothing is stored",
  async (algorithm) => {
    const wrong = {
      CRC32: "AAAAAA==",
      CRC32C: "AAAAAA==",
      SHA1: "AAAAAAAAAAAAAAAAAAAAAAAAAAA=",
      SHA256: `${"A".repeat(43)}=`,
      CRC64NVME: "AAAAAAAAAAA=",
    }[algorithm];
    const command = new PutObjectCommand({
      Bucket,
      Key: `wrong-${algorithm}`,
      Body: "x",
      [`Checksum${algorithm}`]: wrong,
    });
    await expect(own.s3.send(command)).rejects.toMatchObject({ name: "BadDigest" });
    await expect(read(`wrong-${algorithm}`)).rejects.toMatchObject({ name: "NoSuchKey" });
  },
);

test("checksums of the published check value are right", async () => {
  const sums = {
    CRC32: "y/Q5Jg==",
    CRC32C: "4waSgw==",
    CRC64NVME: "rosUhgp5mIg=",
    SHA1: "98O8HYCOBHMq32eZZczDTKeuNEE=",
  } as const;
  for (const [algorithm, value] of Object.entries(sums)) {
    await own.s3.send(
      new PutObjectCommand({ Bucket, Key: "check", Body: "123456789", [`Checksum${algorithm}`]: value }),
    );
  }
});

test("ranges: first, middle, suffix, beyond the end, and 416 with the size", async () => {
  await own.s3.send(new PutObjectCommand({ Bucket, Key: "range", Body: "0123456789" }));
  expect((await read("range", { Range: "bytes=0-3" })).bytes.toString()).toBe("0123");
  expect(await read("range", { Range: "bytes=4-" })).toMatchObject({ ContentRange: "bytes 4-9/10", ContentLength: 6 });
  expect((await read("range", { Range: "bytes=-3" })).bytes.toString()).toBe("789");
  expect((await read("range", { Range: "bytes=8-100" })).bytes.toString()).toBe("89");
  await expect(read("range", { Range: "bytes=10-" })).rejects.toMatchObject({
    name: "InvalidRange",
    $metadata: { httpStatusCode: 416 },
  });
});

test("conditional reads and writes", async () => {
  const { ETag } = await own.s3.send(new PutObjectCommand({ Bucket, Key: "cond", Body: "1" }));
  await expect(read("cond", { IfMatch: '"other"' })).rejects.toMatchObject({ $metadata: { httpStatusCode: 412 } });
  await expect(read("cond", { IfNoneMatch: ETag })).rejects.toMatchObject({ $metadata: { httpStatusCode: 304 } });
  await expect(
    own.s3.send(new PutObjectCommand({ Bucket, Key: "cond", Body: "2", IfNoneMatch: "*" })),
  ).rejects.toMatchObject({ name: "PreconditionFailed" });
  await expect(
    own.s3.send(new PutObjectCommand({ Bucket, Key: "cond", Body: "2", IfMatch: '"other"' })),
  ).rejects.toMatchObject({ name: "PreconditionFailed" });
  await own.s3.send(new PutObjectCommand({ Bucket, Key: "cond", Body: "2", IfMatch: ETag }));
  expect((await read("cond")).bytes.toString()).toBe("2");
});

test("faults: a conditional write meets another one of its key: 409, which ends an upload and leaves no object", async () => {
  const conflict = { name: "ConditionalRequestConflict", $metadata: { httpStatusCode: 409 } };
  const rule = cloud.faults.add({ kind: "conflict", service: "s3" });
  await own.s3.send(new PutObjectCommand({ Bucket, Key: "met", Body: "0" }));
  await expect(
    own.s3.send(new PutObjectCommand({ Bucket, Key: "met", Body: "1", IfMatch: "*" })),
  ).rejects.toMatchObject(conflict);
  expect((await read("met")).bytes.toString()).toBe("0");
  const place = { Bucket, Key: "met in parts" };
  const { UploadId } = await own.s3.send(new CreateMultipartUploadCommand(place));
  const { ETag } = await own.s3.send(new UploadPartCommand({ ...place, UploadId, PartNumber: 1, Body: "1" }));
  const complete = () =>
    own.s3.send(
      new CompleteMultipartUploadCommand({
        ...place,
        UploadId,
        MultipartUpload: { Parts: [{ PartNumber: 1, ETag }] },
        IfNoneMatch: "*",
      }),
    );
  await expect(complete()).rejects.toMatchObject(conflict);
  await expect(complete()).rejects.toMatchObject({ name: "NoSuchUpload" });
  await expect(read("met in parts")).rejects.toMatchObject({ name: "NoSuchKey" });
  cloud.faults.remove(rule);
});

test("of many writers with If-None-Match: * exactly one wins", async () => {
  const results = await Promise.allSettled(
    Array.from({ length: 20 }, (_, index) =>
      own.s3.send(new PutObjectCommand({ Bucket, Key: "once", Body: `${index}`, IfNoneMatch: "*" })),
    ),
  );
  expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
});

test("missing things have the real service's names", async () => {
  await expect(read("nowhere")).rejects.toMatchObject({ name: "NoSuchKey", $metadata: { httpStatusCode: 404 } });
  await expect(own.s3.send(new HeadObjectCommand({ Bucket, Key: "nowhere" }))).rejects.toMatchObject({
    name: "NotFound",
  });
  await expect(own.s3.send(new GetObjectCommand({ Bucket: "no-such-bucket-here", Key: "x" }))).rejects.toMatchObject({
    name: "NoSuchBucket",
  });
  await expect(own.s3.send(new HeadBucketCommand({ Bucket: "no-such-bucket-here" }))).rejects.toMatchObject({
    $metadata: { httpStatusCode: 404 },
  });
  await expect(own.s3.send(new GetBucketEncryptionCommand({ Bucket }))).rejects.toMatchObject({
    name: "ServerSideEncryptionConfigurationNotFoundError",
  });
});

test("copy keeps metadata, deletes answer per key", async () => {
  await own.s3.send(new PutObjectCommand({ Bucket, Key: "del/one ü", Body: "1", Metadata: { a: "b" } }));
  await own.s3.send(
    new CopyObjectCommand({ Bucket, Key: "del/two", CopySource: encodeURIComponent(`${Bucket}/del/one ü`) }),
  );
  await own.s3.send(new DeleteObjectCommand({ Bucket, Key: "del/one ü" }));
  expect(await read("del/two")).toMatchObject({ Metadata: { a: "b" } });
  const deleted = await own.s3.send(
    new DeleteObjectsCommand({ Bucket, Delete: { Objects: [{ Key: "del/two" }, { Key: "del/never" }] } }),
  );
  expect(deleted.Deleted?.map(({ Key }) => Key)).toEqual(["del/two", "del/never"]);
  expect((await own.s3.send(new ListObjectsV2Command({ Bucket, Prefix: "del/" }))).KeyCount).toBe(0);
});

test("bucket names are global, owned by one account, and checked", async () => {
  const other = clientsFor(cloud.endpoint, OTHER_KEYS);
  await expect(other.s3.send(new CreateBucketCommand({ Bucket }))).rejects.toMatchObject({
    name: "BucketAlreadyExists",
  });
  await own.s3.send(new CreateBucketCommand({ Bucket }));
  await expect(own.s3.send(new CreateBucketCommand({ Bucket: "Not_Valid" }))).rejects.toMatchObject({
    name: "InvalidBucketName",
  });
  const west = clientsFor(cloud.endpoint, KEYS, "eu-west-1");
  await west.s3.send(
    new CreateBucketCommand({ Bucket: "in-the-west", CreateBucketConfiguration: { LocationConstraint: "eu-west-1" } }),
  );
  expect((await own.s3.send(new GetBucketLocationCommand({ Bucket: "in-the-west" }))).LocationConstraint).toBe(
    "eu-west-1",
  );
  await expect(
    west.s3.send(
      new CreateBucketCommand({
        Bucket: "in-the-west",
        CreateBucketConfiguration: { LocationConstraint: "eu-west-1" },
      }),
    ),
  ).rejects.toMatchObject({ name: "BucketAlreadyOwnedByYou" });
  expect((await own.s3.send(new ListBucketsCommand({}))).Buckets?.map(({ Name }) => Name)).toContain("in-the-west");
  await own.s3.send(new DeleteBucketCommand({ Bucket: "in-the-west" }));
  await expect(own.s3.send(new DeleteBucketCommand({ Bucket }))).rejects.toMatchObject({ name: "BucketNotEmpty" });
});

test("another account is refused, and the expected bucket owner is honoured", async () => {
  const other = clientsFor(cloud.endpoint, OTHER_KEYS);
  await expect(other.s3.send(new GetObjectCommand({ Bucket, Key: "range" }))).rejects.toMatchObject({
    name: "AccessDenied",
    message: expect.stringContaining(
      'is not authorized to perform: s3:GetObject on resource: "arn:aws:s3:::objects-test/range" because no resource-based policy allows the s3:GetObject action',
    ),
  });
  await expect(read("range", { ExpectedBucketOwner: "111122223333" })).rejects.toMatchObject({ name: "AccessDenied" });
  expect((await read("range", { ExpectedBucketOwner: "000000000001" })).bytes.length).toBe(10);
});

test("objects and buckets survive a restart", async () => {
  const body = randomBytes(2_500_000);
  await own.s3.send(new PutObjectCommand({ Bucket, Key: "kept", Body: body }));
  cloud = await cloud.restart();
  own = clientsFor(cloud.endpoint, KEYS);
  expect((await read("kept")).bytes.equals(body)).toBe(true);
});
