import { createHash } from "node:crypto";
import {
  AbortMultipartUploadCommand,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsCommand,
  ListObjectsV2Command,
  ListPartsCommand,
  PutObjectCommand,
  UploadPartCommand,
  UploadPartCopyCommand,
} from "@aws-sdk/client-s3";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Clients, clientsFor } from "../testing/clients.ts";
import { KEYS, startTestCloud, type TestCloud } from "../testing/test-cloud.ts";
import { readRange, segmentsIn } from "./ranges.ts";

let cloud: TestCloud;
let own: Clients;
const Bucket = "properties";
const PART = 5 * 1024 * 1024;

beforeAll(async () => {
  cloud = await startTestCloud();
  own = clientsFor(cloud.endpoint, KEYS);
  await own.s3.send(new CreateBucketCommand({ Bucket }));
});
afterAll(() => cloud.remove());

/** What a listing must be, told in the plainest way: roll every key up, keep what comes after, cut into pages. */
function expectedEntries(keys: readonly string[], prefix: string, delimiter: string, after: string): string[] {
  const order = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));
  const entries = new Set<string>();
  for (const key of keys) {
    if (!key.startsWith(prefix)) continue;
    const at = delimiter === "" ? -1 : key.indexOf(delimiter, prefix.length);
    entries.add(at < 0 ? key : key.slice(0, at + delimiter.length));
  }
  return [...entries].sort(order).filter((entry) => order(entry, after) > 0);
}

test("listings agree with a plain model for any keys, prefix, delimiter, start and page size", async () => {
  const text = (max: number) =>
    fc.string({ unit: fc.constantFrom("a", "b", "/", "0", "ü", "\u{1F600}", "\uFFFD", " ", "&"), maxLength: max });
  let round = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(
        text(6).filter((key) => key !== "" && !key.startsWith("/")),
        { minLength: 0, maxLength: 25 },
      ),
      text(2),
      fc.constantFrom("", "/", "a", "a/"),
      text(3),
      fc.integer({ min: 1, max: 7 }),
      async (keys, suffix, Delimiter, StartAfter, MaxKeys) => {
        const folder = `${round++}:`;
        const all = keys.map((key) => folder + key);
        for (const Key of all) await own.s3.send(new PutObjectCommand({ Bucket, Key, Body: "." }));
        const Prefix = folder + suffix;
        const start = StartAfter === "" ? undefined : folder + StartAfter;
        const found: string[] = [];
        let ContinuationToken: string | undefined;
        do {
          const page = await own.s3.send(
            new ListObjectsV2Command({
              Bucket,
              Prefix,
              Delimiter,
              MaxKeys,
              StartAfter: start,
              ContinuationToken,
              EncodingType: "url",
            }),
          );
          const entries = [
            ...(page.Contents ?? []).map(({ Key = "" }) => Key),
            ...(page.CommonPrefixes ?? []).map((common) => common.Prefix ?? ""),
          ].map(decodeURIComponent);
          expect(entries.length).toBe(page.KeyCount);
          expect(entries.length).toBeLessThanOrEqual(MaxKeys);
          found.push(...entries.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))));
          ContinuationToken = page.NextContinuationToken;
          expect(page.IsTruncated).toBe(ContinuationToken !== undefined);
        } while (ContinuationToken !== undefined);
        expect(found).toEqual(expectedEntries(all, Prefix, Delimiter, start ?? ""));
      },
    ),
    { numRuns: 25, verbose: 1 },
  );
});

test("the older listing pages by marker", async () => {
  for (const Key of ["v1/a", "v1/b/1", "v1/b/2", "v1/c"])
    await own.s3.send(new PutObjectCommand({ Bucket, Key, Body: "." }));
  const first = await own.s3.send(new ListObjectsCommand({ Bucket, Prefix: "v1/", Delimiter: "/", MaxKeys: 2 }));
  expect(first.NextMarker).toBe("v1/b/");
  const second = await own.s3.send(
    new ListObjectsCommand({ Bucket, Prefix: "v1/", Delimiter: "/", Marker: first.NextMarker }),
  );
  expect(second.Contents?.map(({ Key }) => Key)).toEqual(["v1/c"]);
  expect(second.CommonPrefixes ?? []).toEqual([]);
});

test("any range of any segmented object is the same slice of its bytes", () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 6 }),
      fc.nat(70),
      fc.nat(70),
      fc.constantFrom("both", "from", "last"),
      (sizes, a, b, shape) => {
        const segments = sizes.map((size, index) => ({ file: String(index), size }));
        const bytes = segments.flatMap(({ file, size }) => Array.from({ length: size }, (_, at) => `${file}:${at}`));
        const object = {
          key: "k",
          size: bytes.length,
          etag: "",
          modified: 0,
          details: { segments, headers: {}, metadata: {}, checksums: {}, checksumType: "FULL_OBJECT" as const },
        };
        const header =
          shape === "both"
            ? `bytes=${Math.min(a, b)}-${Math.max(a, b)}`
            : shape === "from"
              ? `bytes=${a}-`
              : `bytes=-${a}`;
        const expected =
          shape === "both"
            ? bytes.slice(Math.min(a, b), Math.max(a, b) + 1)
            : shape === "from"
              ? bytes.slice(a)
              : a === 0
                ? []
                : bytes.slice(-a);
        if (expected.length === 0) {
          expect(() => readRange(header, null, object)).toThrow(expect.objectContaining({ status: 416 }));
          return;
        }
        const range = readRange(header, null, object);
        const parts = segmentsIn(segments, range?.start ?? 0, (range?.end ?? 0) - (range?.start ?? 0) + 1);
        const found = parts.flatMap(({ segment, start, length }) =>
          Array.from({ length }, (_, at) => `${segment.file}:${start + at}`),
        );
        expect(found).toEqual(expected);
      },
    ),
    { verbose: 1 },
  );
});

async function startUpload(Key: string): Promise<string> {
  return (
    (
      await own.s3.send(
        new CreateMultipartUploadCommand({ Bucket, Key, Metadata: { made: "in parts" }, ChecksumAlgorithm: "CRC32" }),
      )
    ).UploadId ?? ""
  );
}

function part(number: number, size = PART): Buffer {
  return Buffer.alloc(size, `part ${number};`);
}

test("parts become one object: replaced, copied and unlisted parts included", async () => {
  const Key = "multi part";
  const UploadId = await startUpload(Key);
  const upload = (PartNumber: number, Body: Buffer) =>
    own.s3.send(new UploadPartCommand({ Bucket, Key, UploadId, PartNumber, Body }));
  await upload(1, part(9));
  const first = await upload(1, part(1));
  const last = await upload(7, part(7, 1234));
  await upload(9, part(9, 10));
  await own.s3.send(new PutObjectCommand({ Bucket, Key: "source", Body: part(3, PART + 100) }));
  const copied = await own.s3.send(
    new UploadPartCopyCommand({
      Bucket,
      Key,
      UploadId,
      PartNumber: 3,
      CopySource: `${Bucket}/source`,
      CopySourceRange: `bytes=50-${PART + 49}`,
    }),
  );
  const listed = await own.s3.send(new ListPartsCommand({ Bucket, Key, UploadId }));
  expect(listed.Parts?.map(({ PartNumber }) => PartNumber)).toEqual([1, 3, 7, 9]);
  const Parts = [
    { PartNumber: 1, ETag: first.ETag, ChecksumCRC32: first.ChecksumCRC32 },
    { PartNumber: 3, ETag: copied.CopyPartResult?.ETag },
    { PartNumber: 7, ETag: last.ETag, ChecksumCRC32: last.ChecksumCRC32 },
  ];
  const completed = await own.s3.send(
    new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts } }),
  );
  expect(completed.ETag).toMatch(/^"[0-9a-f]{32}-3"$/);
  const expected = Buffer.concat([part(1), part(3, PART + 100).subarray(50, PART + 50), part(7, 1234)]);
  const whole = await own.s3.send(new GetObjectCommand({ Bucket, Key }));
  const digest = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");
  expect(digest((await whole.Body?.transformToByteArray()) ?? new Uint8Array())).toBe(digest(expected));
  expect(whole.Metadata).toEqual({ made: "in parts" });
  const across = await own.s3.send(new GetObjectCommand({ Bucket, Key, Range: `bytes=${PART - 5}-${2 * PART + 4}` }));
  expect(digest((await across.Body?.transformToByteArray()) ?? new Uint8Array())).toBe(
    digest(expected.subarray(PART - 5, 2 * PART + 5)),
  );
  await expect(own.s3.send(new ListPartsCommand({ Bucket, Key, UploadId }))).rejects.toMatchObject({
    name: "NoSuchUpload",
  });
});

test("wrong, small and conditional completions are refused; aborted uploads are gone", async () => {
  const Key = "refused";
  const UploadId = await startUpload(Key);
  const upload = async (PartNumber: number, size: number) => {
    const Body = part(PartNumber, size);
    const { ETag, ChecksumCRC32 } = await own.s3.send(
      new UploadPartCommand({ Bucket, Key, UploadId, PartNumber, Body }),
    );
    return { PartNumber, ETag, ChecksumCRC32 };
  };
  const complete = (Parts: CompletedPart[], more = {}) =>
    own.s3.send(new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts }, ...more }));
  const [one, two] = [await upload(1, 100), await upload(2, 100)];
  await expect(complete([one, two])).rejects.toMatchObject({ name: "EntityTooSmall" });
  await expect(complete([two, one])).rejects.toMatchObject({ name: "InvalidPartOrder" });
  await expect(complete([{ ...one, ETag: '"other"' }])).rejects.toMatchObject({ name: "InvalidPart" });
  await expect(complete([{ ...one, ChecksumCRC32: "AAAAAA==" }])).rejects.toMatchObject({ name: "InvalidPart" });
  await expect(complete([{ PartNumber: 1, ETag: one.ETag }])).rejects.toThrow("missing for part 1");
  await own.s3.send(new PutObjectCommand({ Bucket, Key, Body: "already" }));
  await expect(complete([one], { IfNoneMatch: "*" })).rejects.toMatchObject({ name: "PreconditionFailed" });
  expect(
    (await own.s3.send(new ListMultipartUploadsCommand({ Bucket }))).Uploads?.map(({ UploadId: id }) => id),
  ).toEqual([UploadId]);
  await own.s3.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId }));
  await expect(complete([one])).rejects.toMatchObject({ name: "NoSuchUpload" });
  expect((await own.s3.send(new HeadObjectCommand({ Bucket, Key }))).ContentLength).toBe(7);
  await own.s3.send(new DeleteObjectCommand({ Bucket, Key }));
});
