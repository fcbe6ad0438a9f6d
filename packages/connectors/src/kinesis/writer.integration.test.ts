import { gunzipSync } from "node:zlib";
import { ATTEMPTS_MAX } from "@letsdata/aws/with-retry";
import { makeDocument, prepareAll } from "@letsdata/plugin-kit/testing/writer-conformance";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type OpenCloud, openCloud } from "../testing/open-cloud.ts";
import { checkKinesisWrite } from "./check-access.ts";
import { kinesisTargetReadPermissions, kinesisWritePermissions } from "./permissions.ts";
import { provisionStream, removeStream } from "./provision.ts";
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

describe("a stream of LetsData over the account's quota of shards", () => {
  it("is tried again for long, and then said to need a higher quota, in AWS's words", async () => {
    const kinesisStreamName = `tldec${"q".repeat(32)}`;
    const config = { resourceLocation: "LetsData", kinesisStreamName, kinesisShardCount: 501 };
    let waits = 0;
    const sleep = async () => void waits++;
    const refused = provisionStream(config, open.access, signal, { sleep });
    await expect(refused).rejects.toMatchObject({
      code: "CLOUD_CALL_REFUSED",
      message: expect.stringMatching(
        /kinesis:CreateStream on .*would exceed the shard limit for the account .* Limit: 500\. .*quota of shards/,
      ),
    });
    expect(waits).toBe(ATTEMPTS_MAX - 1);
  });

  it("is made when others have let go of theirs meanwhile", async () => {
    const kinesisStreamName = `tldec${"r".repeat(32)}`;
    const config = { resourceLocation: "LetsData", kinesisStreamName, kinesisShardCount: 1 };
    open.faults.add({ kind: "throttle", service: "kinesis", action: "CreateStream", times: 5 });
    const made = await provisionStream(config, open.access, signal, { sleep: async () => {} });
    expect(made).toMatchObject([{ kind: "kinesis-stream", name: kinesisStreamName }]);
    await removeStream(config, open.access, signal);
  });
});

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
