import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Problem } from "@letsdata/plugin-kit/problems";
import type { Position } from "@letsdata/plugin-kit/reader";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type OpenCloud, openCloud } from "../testing/open-cloud.ts";
import { s3ReadPermissions } from "./permissions.ts";
import { describeS3Reader, objects, readText, text } from "./testing/reader-suite.ts";

let open: OpenCloud;
let bucketName: string;
beforeAll(async () => {
  open = await openCloud();
  bucketName = await open.bucket();
  for (const key of ["plain.log", "members.gz"]) await open.put(bucketName, key, objects[key]!);
});
afterEach(() => open.faults.clear());
afterAll(() => open.cloud.remove());

describeS3Reader(() => open);
const rangeBytes = 64 * 1024;
describeS3Reader(() => open, rangeBytes);

describe("the S3 reader of an object of many ranges, at a cloud that misbehaves", () => {
  const source = () => ({ bucketName, access: open.access, rangeBytes });
  /** Reads; `misbehave` is called once, when the reader is in the third range or behind it. */
  const readInto = (key: string, misbehave: () => void | Promise<void>) => {
    let received = 0;
    return readText(key, source(), null, async ({ bytesRead }) => {
      const isBefore = received < 2 * rangeBytes;
      received += bytesRead;
      if (isBefore && received >= 2 * rangeBytes) await misbehave();
    });
  };

  it.each([{ kind: "cut", when: "after" }, { kind: "5xx" }, { kind: "throttle" }] as const)(
    "loses and repeats no byte when later requests meet %j",
    async (fault) => {
      for (const key of ["plain.log", "members.gz"]) {
        const misbehave = () => void open.faults.add({ ...fault, service: "s3", action: "GetObject", times: 5 });
        expect(await readInto(key, misbehave)).toBe(text.toString());
        expect(open.faults.list()).toEqual([]);
      }
    },
  );

  it("says SOURCE_CHANGED when the object is replaced while it is read, and hands out nothing of the other one", async () => {
    const key = "replaced.log";
    await open.put(bucketName, key, text);
    let read = "";
    const reading = readText(key, source(), null, async ({ records }) => {
      const isFirst = read === "";
      for (const { body } of records) read += Buffer.from(body).toString();
      if (isFirst && read !== "") await open.put(bucketName, key, text.toString().toUpperCase());
    });
    await expect(reading).rejects.toMatchObject({ code: "SOURCE_CHANGED" });
    expect(text.toString().startsWith(read)).toBe(true);
  });

  it("resumes in a later range", async () => {
    let position: Position | null = null;
    let before = "";
    await readText("plain.log", source(), null, ({ records, nextPosition }) => {
      if (before.length > 5 * rangeBytes) return;
      before += records.map(({ body }) => Buffer.from(body).toString()).join("");
      position = nextPosition;
    });
    expect(before + (await readText("plain.log", source(), position))).toBe(text.toString());
  });
});

it("does not fetch an object again that was read to its end", async () => {
  const size = 10 * 1024 ** 3;
  const ended = Promise.withResolvers<void>();
  let sent = 0;
  const server = createServer(({ headers }, response) => {
    if (headers.range) return void response.writeHead(416, { "content-range": `bytes */${size}` }).end();
    response.writeHead(200, { etag: '"e"', "content-length": size });
    const chunk = Buffer.alloc(64 * 1024);
    const send = () => {
      while (!response.destroyed && response.write(chunk)) sent += chunk.length;
    };
    response.on("drain", send).on("close", () => ended.resolve());
    send();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const atEnd = { offset: size, etag: '"e"', packing: "none", memberBytes: size, memberOffset: size };
  const source = { bucketName: "large-bucket", access: { ...open.access, endpoint } };
  expect(await readText("large.log", source, atEnd)).toBe("");
  await ended.promise;
  expect(sent).toBeLessThan(size / 100);
  server.closeAllConnections();
  server.close();
});

it("says that an object in cold storage has to be restored, not that a right is missing", async () => {
  await open.put(bucketName, "cold.log", text, "GLACIER");
  await expect(readText("cold.log", { bucketName, access: open.access })).rejects.toMatchObject({
    code: "OBJECT_ARCHIVED",
    message: expect.stringMatching(/cold\.log is in cold storage \(GLACIER\)/),
  });
});

describe("the S3 reader, at a cloud that misbehaves", () => {
  it.each(["plain.log", "members.gz"])("loses and repeats no byte of %s when the connection is cut", async (key) => {
    open.faults.add({ kind: "cut", service: "s3", action: "GetObject", times: 3, when: "after" });
    expect(await readText(key, { bucketName, access: open.access })).toBe(text.toString());
  });

  it("waits out throttling and 5xx", async () => {
    open.faults.add({ kind: "throttle", service: "s3", times: 3 });
    open.faults.add({ kind: "5xx", service: "s3", times: 2 });
    expect(await readText("plain.log", { bucketName, access: open.access })).toBe(text.toString());
  });

  it("reads with exactly the stated permissions, and names what is missing", async () => {
    const enough = await open.narrowed(s3ReadPermissions({ bucketName }));
    expect(await readText("plain.log", { bucketName, access: enough })).toBe(text.toString());
    const thrown = await readText("plain.log", { bucketName, access: await open.narrowed([]) }).catch(
      (error: unknown) => error as Problem,
    );
    expect(thrown).toMatchObject({ code: "ACCESS_DENIED" });
    expect((thrown as Problem).message).toContain("s3:GetObject");
    expect((thrown as Problem).message).toContain(`arn:aws:s3:::${bucketName}/plain.log`);
  });
});
