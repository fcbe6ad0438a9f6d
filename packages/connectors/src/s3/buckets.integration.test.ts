import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { type AddressInfo, connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { CreateMultipartUploadCommand, GetBucketLifecycleConfigurationCommand, S3Client } from "@aws-sdk/client-s3";
import { clientFor } from "@letsdata/aws/client-for";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type OpenCloud, openCloud } from "../testing/open-cloud.ts";
import { checkS3Error, checkS3Object, checkS3Read, checkS3Write } from "./check-access.ts";
import { copyObject } from "./copy-object.ts";
import { fetchObject } from "./fetch-object.ts";
import { openManifest } from "./manifest.ts";
import { PART_BYTES } from "./object-upload.ts";
import { s3ErrorPermissions, s3ObjectPermissions, s3ReadPermissions, s3WritePermissions } from "./permissions.ts";
import { provisionBucket, removeBucket } from "./provision.ts";

let open: OpenCloud;
const signal = new AbortController().signal;
beforeAll(async () => {
  open = await openCloud({ s3UploadsPerPage: 2 });
});
afterEach(() => open.faults.clear());
afterAll(() => open.cloud.remove());

/** A way to the cloud, which tells its connections, and on which calls of this form wait until so many of them have come. */
async function openGate(form: RegExp, count: number) {
  let held = 0;
  const isOpen = Promise.withResolvers<void>();
  const server = createServer(async (client) => {
    const cloud = connect(open.cloud.port, "127.0.0.1");
    cloud.on("error", () => client.destroy()).pipe(client);
    try {
      for await (const bytes of client) {
        if (form.test(Buffer.from(bytes).toString("latin1"))) {
          if (++held === count) isOpen.resolve();
          await isOpen.promise;
        }
        cloud.write(bytes);
      }
    } catch {
      // The client hung up.
    } finally {
      cloud.destroy();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const connections = promisify(server.getConnections.bind(server));
  return { endpoint: `http://127.0.0.1:${port}`, held: () => held, connections, close: () => void server.close() };
}

describe("a bucket of LetsData", () => {
  it("is made once and removed with its objects, however often each is repeated", async () => {
    const config = { resourceLocation: "LetsData", bucketName: `tldec${"d".repeat(32)}` };
    open.faults.add({ kind: "cut", service: "s3", when: "after", times: 3 });
    const first = await provisionBucket(config, open.access, signal);
    expect(first).toEqual([
      { kind: "s3-bucket", name: config.bucketName, arn: `arn:aws:s3:::${config.bucketName}`, region: "eu-west-1" },
    ]);
    expect(await provisionBucket(config, open.access, signal)).toEqual(first);
    for (const key of ["a", "b/c", "d"]) await open.put(config.bucketName, key, "x");
    await removeBucket(config, open.access, signal);
    await removeBucket(config, open.access, signal);
  });

  it("is made by whoever comes first, and of use to the other that did not see it yet", async () => {
    const config = { resourceLocation: "LetsData", bucketName: `tldec${"f".repeat(32)}` };
    const gate = await openGate(/^PUT \/[^?]+ /, 2);
    try {
      const access = { ...open.access, endpoint: gate.endpoint };
      // Both have looked when the first of the two calls that make it is let through.
      const made = await Promise.all([1, 2].map(() => provisionBucket(config, access, signal)));
      expect(gate.held()).toBe(2);
      expect(made[0]).toEqual(made[1]);
    } finally {
      gate.close();
    }
    await removeBucket(config, open.access, signal);
  });

  it("is rid of unfinished uploads after a day, and of all of them when it is removed, however many", async () => {
    const config = { resourceLocation: "LetsData", bucketName: `tldec${"e".repeat(32)}` };
    const s3 = clientFor(S3Client, open.access);
    const Bucket = config.bucketName;
    await provisionBucket(config, open.access, signal);
    const { Rules } = await s3.send(new GetBucketLifecycleConfigurationCommand({ Bucket }));
    expect(Rules).toMatchObject([{ Status: "Enabled", AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 } }]);
    for (const Key of ["a", "b", "b", "c", "c", "c", "d"])
      await s3.send(new CreateMultipartUploadCommand({ Bucket, Key }));
    open.faults.add({ kind: "latency", service: "s3", action: "AbortMultipartUpload", latencyMs: 0 });
    await removeBucket(config, open.access, signal);
    expect(open.faults.list()).toMatchObject([{ hits: 7 }]);
  });

  it("is none of ours when it is the customer's", async () => {
    const config = { resourceLocation: "Customer", bucketName: await open.bucket() };
    expect(await provisionBucket(config, open.access, signal)).toEqual([]);
    await removeBucket(config, open.access, signal);
    expect(await open.keys(config.bucketName)).toEqual([]);
  });
});

describe("the S3 access checks", () => {
  it("are satisfied by the stated permissions and leave nothing where they may delete", async () => {
    const bucketName = await open.bucket();
    const config = { bucketName, s3KeyPrefix: "p/" };
    expect(await checkS3Read(config, await open.narrowed(s3ReadPermissions(config)), signal)).toEqual([]);
    expect(await checkS3Write(config, await open.narrowed(s3WritePermissions(config)), signal)).toEqual([]);
    expect(await open.keys(bucketName)).toEqual([]);
    const errors = await open.narrowed(s3ErrorPermissions(config, open.access));
    expect(await checkS3Error(config, errors, signal)).toEqual([]);
    await open.put(bucketName, "code.zip", "zip");
    const uri = `s3://${bucketName}/code.zip`;
    const object = await open.narrowed(s3ObjectPermissions(uri, "artifact"));
    expect(await checkS3Object(uri, "readConnector.artifactFileS3Link", object, signal)).toEqual([]);
  });

  it("name each missing action with the statement to add", async () => {
    const bucketName = await open.bucket();
    const config = { bucketName, s3KeyPrefix: "p/" };
    const permissions = s3WritePermissions(config).map((permission) => ({
      ...permission,
      actions: permission.actions.filter((action) => action !== "s3:DeleteObject"),
    }));
    const findings = await checkS3Write(config, await open.narrowed(permissions), signal);
    expect(findings).toHaveLength(1);
    const statement = { Effect: "Allow", Action: "s3:DeleteObject", Resource: `arn:aws:s3:::${bucketName}/p/*` };
    expect(findings[0]!.fix).toContain(JSON.stringify(statement));
    const nothing = await checkS3Read(config, await open.narrowed([]), signal);
    expect(nothing.map(({ message }) => /s3:\w+/.exec(message)?.[0])).toEqual([
      "s3:ListBucket",
      "s3:GetBucketLocation",
      "s3:GetObject",
    ]);
  });

  it("ask for a restore of a named object in cold storage; of a bucket's objects one may be", async () => {
    const bucketName = await open.bucket();
    const uri = `s3://${bucketName}/code.zip`;
    await open.put(bucketName, "code.zip", "zip", "DEEP_ARCHIVE");
    expect(await checkS3Read({ bucketName }, open.access, signal)).toEqual([]);
    expect(await checkS3Object(uri, "a.b", open.access, signal)).toMatchObject([
      { path: "a.b", code: "OBJECT_ARCHIVED", fix: expect.stringContaining("Restore") },
    ]);
  });

  it("say when bucket or object do not exist", async () => {
    expect(await checkS3Read({ bucketName: "no-such-bucket-here" }, open.access, signal)).toMatchObject([
      { path: "readConnector.bucketName", code: "RESOURCE_NOT_FOUND" },
    ]);
    const uri = `s3://${await open.bucket()}/none.zip`;
    expect(await checkS3Object(uri, "a.b", open.access, signal)).toMatchObject([
      { path: "a.b", code: "RESOURCE_NOT_FOUND" },
    ]);
  });
});

describe("manifests and artifacts", () => {
  const read = async (bytes: AsyncIterable<Uint8Array>): Promise<string> => {
    const out: Uint8Array[] = [];
    for await (const chunk of bytes) out.push(chunk);
    return Buffer.concat(out).toString();
  };

  it("open as plain text, from the configuration, from S3, and packed", async () => {
    const text = { manifestType: "S3ReaderTextManifestFile", fileContents: "a\nb" } as const;
    expect(await read((await openManifest(text, open.access, { signal })).bytes)).toBe("a\nb");
    const bucket = await open.bucket();
    await open.put(bucket, "m.gz", gzipSync("a\nb\n"));
    const link = { manifestType: "S3ReaderS3LinkManifestFile", manifestFileS3Uri: `s3://${bucket}/m.gz` } as const;
    const opened = await openManifest(link, open.access, { signal });
    expect(await read(opened.bytes)).toBe("a\nb\n");
    await open.put(bucket, "m.gz", gzipSync("c\n"));
    const again = openManifest(link, open.access, { signal, etag: opened.etag });
    await expect(again).rejects.toMatchObject({ code: "MANIFEST_CHANGED" });
  });

  it("arrive whole or not at all", async () => {
    const folder = mkdtempSync(join(tmpdir(), "fetch-object-"));
    const bucket = await open.bucket();
    await open.put(bucket, "code.zip", "12345");
    const uri = `s3://${bucket}/code.zip`;
    const file = join(folder, "code.zip");
    const tooLarge = fetchObject(uri, file, open.access, { bytesMax: 4, signal });
    await expect(tooLarge).rejects.toMatchObject({ code: "ARTIFACT_TOO_LARGE" });
    expect(readdirSync(folder)).toEqual([]);
    expect(await fetchObject(uri, file, open.access, { bytesMax: 5, signal })).toMatchObject({ bytes: 5 });
    expect(readFileSync(file, "utf8")).toBe("12345");
    expect(readdirSync(folder)).toEqual(["code.zip"]);
    rmSync(folder, { recursive: true });
  });

  it("leave no connection open when they are too large", async () => {
    const bucket = await open.bucket();
    await open.put(bucket, "code.zip", Buffer.alloc(8 * 1024 * 1024));
    const gate = await openGate(/^nothing waits/, 1);
    try {
      const access = { ...open.access, endpoint: gate.endpoint };
      const tooLarge = fetchObject(`s3://${bucket}/code.zip`, join(tmpdir(), "never"), access, { bytesMax: 4, signal });
      await expect(tooLarge).rejects.toMatchObject({ code: "ARTIFACT_TOO_LARGE" });
      await expect.poll(gate.connections).toBe(0);
    } finally {
      gate.close();
    }
  });
});

describe("an object that is copied between buckets", () => {
  it("is the same whatever its size, replaces what is there, and is told when it does not exist", async () => {
    const [from, to] = [await open.bucket(), await open.bucket()];
    const large = Buffer.alloc(PART_BYTES * 2 + 5, "model");
    for (const body of [large, Buffer.from("small")]) {
      await open.put(from, "models/m.tar.gz", body);
      const target = { bucket: to, key: "model.tar.gz" };
      await copyObject(`s3://${from}/models/m.tar.gz`, open.access, target, open.access, signal);
      expect((await open.get(to, "model.tar.gz")).equals(body)).toBe(true);
    }
    const missing = copyObject(`s3://${from}/none`, open.access, { bucket: to, key: "x" }, open.access, signal);
    await expect(missing).rejects.toMatchObject({ code: "RESOURCE_NOT_FOUND" });
    expect(await open.keys(to)).toEqual(["model.tar.gz"]);
  });
});
