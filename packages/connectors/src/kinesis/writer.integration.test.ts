import { gunzipSync } from "node:zlib";
import { makeDocument, prepareAll } from "@letsdata/plugin-kit/testing/writer-conformance";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type OpenCloud, openCloud } from "../testing/open-cloud.ts";
import { checkKinesisWrite } from "./check-access.ts";
import { kinesisTargetReadPermissions, kinesisWritePermissions } from "./permissions.ts";
import { describeKinesisWriter, provisionedStream, storedIn } from "./testing/writer-suite.ts";
import { openKinesisWriter, pack } from "./writer.ts";

let open: OpenCloud;
const signal = new AbortController().signal;
beforeAll(async () => {
  open = await openCloud({
    kinesisShardBytesPerSecond: 2 ** 40,
    kinesisShardRecordsPerSecond: 1_000_000,
    kinesisShardReadsPerSecond: 1_000_000,
  });
});
afterEach(() => open.faults.clear());
afterAll(() => open.cloud.remove());

describeKinesisWriter(
  () => open.access,
  (places) => open.rejectNext("kinesis", "PutRecords", places),
  (config) => open.narrowed(kinesisWritePermissions(config, open.access)),
);

describe("the Kinesis writer", () => {
  it("asks for exactly the entries again that were refused", async () => {
    const config = await provisionedStream(open.access);
    const writer = openKinesisWriter({ config, access: open.access });
    const ids = Array.from({ length: 50 }, (_, n) => String(n));
    const batch = await prepareAll(
      writer,
      ids.map((id) => makeDocument(id)),
    );
    open.faults.add({ kind: "partial", service: "kinesis", action: "PutRecords", probability: 0.4, seed: 7 });
    const rejections = await writer.write(batch, signal);
    open.faults.clear();
    expect(rejections.length).toBeGreaterThan(0);
    expect(rejections.length).toBeLessThan(50);
    expect(rejections.every(({ retry }) => retry)).toBe(true);
    expect(
      await writer.write(
        rejections.map(({ index }) => batch[index]!),
        signal,
      ),
    ).toEqual([]);
    const stored = (await storedIn(config.kinesisStreamName, open.access)).map(({ documentId }) => documentId);
    expect([...stored].sort()).toEqual([...ids].sort());
  });

  it.each(["throttle", "5xx", "cut"] as const)(
    "throws a problem worth repeating when the whole call fails: %s",
    async (kind) => {
      const config = await provisionedStream(open.access);
      const writer = openKinesisWriter({ config, access: open.access });
      open.faults.add({ kind, service: "kinesis", action: "PutRecords" });
      const thrown = await writer
        .write(await prepareAll(writer, [makeDocument("a")]), signal)
        .catch((error: unknown) => error);
      expect(thrown).toMatchObject({ entry: { retry: "later" } });
    },
  );

  it("packs bodies of every size so that any gunzip reads them", () => {
    for (const size of [0, 1, 255, 1_023, 1_024, 4_095, 16_384, 20_000, 100_000]) {
      const body = Buffer.from("abc\u00fc{}".repeat(size).slice(0, size));
      expect(gunzipSync(pack(body)).equals(body)).toBe(true);
    }
  });
  it("writes what can be read with exactly the permissions stated for readers", async () => {
    const config = await provisionedStream(open.access);
    const writer = openKinesisWriter({ config, access: open.access });
    await writer.write(await prepareAll(writer, [makeDocument("a")]), signal);
    const access = await open.narrowed(kinesisTargetReadPermissions(config, open.access));
    expect(await storedIn(config.kinesisStreamName, access)).toHaveLength(1);
  });
});

describe("the Kinesis access check", () => {
  it("is satisfied by the stated permissions and writes nothing", async () => {
    const config = await provisionedStream(open.access);
    const access = await open.narrowed(kinesisWritePermissions(config, open.access));
    expect(await checkKinesisWrite(config, access, signal)).toEqual([]);
    expect(await storedIn(config.kinesisStreamName, open.access)).toEqual([]);
  });

  it("names each missing action, the stream and the statement to add", async () => {
    const config = await provisionedStream(open.access);
    const findings = await checkKinesisWrite(config, await open.narrowed([]), signal);
    const arn = `arn:aws:kinesis:eu-west-1:${open.access.accountId}:stream/${config.kinesisStreamName}`;
    expect(findings.map(({ statement }) => statement?.Action)).toEqual([
      "kinesis:DescribeStreamSummary",
      "kinesis:ListShards",
      "kinesis:PutRecords",
      "kinesis:UpdateShardCount",
    ]);
    expect(findings[2]).toMatchObject({ path: "writeConnector.kinesisStreamName" });
    expect(findings[2]!.message).toContain(`kinesis:PutRecords on ${arn}`);
    expect(findings[2]!.fix).toContain(
      JSON.stringify({ Effect: "Allow", Action: "kinesis:PutRecords", Resource: arn }),
    );
  });

  it("says when the stream does not exist", async () => {
    const config = { resourceLocation: "Customer", kinesisStreamName: "nowhere" };
    const findings = await checkKinesisWrite(config, open.access, signal);
    expect(findings.map(({ code }) => code)).toEqual(["RESOURCE_NOT_FOUND"]);
  });
});
