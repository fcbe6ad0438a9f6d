import { createHash, randomBytes } from "node:crypto";
import { gunzipSync } from "node:zlib";
import { GetRecordsCommand, GetShardIteratorCommand, KinesisClient, ListShardsCommand } from "@aws-sdk/client-kinesis";
import { clientFor } from "@letsdata/aws/client-for";
import type { CloudAccess } from "@letsdata/plugin-kit/connector";
import { makeDocument, prepareAll, testWriter } from "@letsdata/plugin-kit/testing/writer-conformance";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type OpenCloud, openCloud } from "../testing/open-cloud.ts";
import { checkKinesisWrite } from "./check-access.ts";
import { kinesisTargetReadPermissions, kinesisWritePermissions } from "./permissions.ts";
import { provisionStream, removeStream } from "./provision.ts";
import { openKinesisWriter, pack } from "./writer.ts";

let open: OpenCloud;
let streams = 0;
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

async function makeStream(shards = 1) {
  const config = { resourceLocation: "LetsData", kinesisStreamName: `stream${streams++}`, kinesisShardCount: shards };
  await provisionStream(config, open.access, signal);
  return config;
}

async function storedIn(
  StreamName: string,
  access: CloudAccess = open.access,
): Promise<readonly { documentId: string }[]> {
  const kinesis = clientFor(KinesisClient, access);
  const { Shards } = await kinesis.send(new ListShardsCommand({ StreamName }));
  const bodies: { documentId: string }[] = [];
  for (const { ShardId } of Shards ?? []) {
    const { ShardIterator } = await kinesis.send(
      new GetShardIteratorCommand({ StreamName, ShardId, ShardIteratorType: "TRIM_HORIZON" }),
    );
    let iterator = ShardIterator;
    for (let empty = 0; iterator && empty < 2; ) {
      const page = await kinesis.send(new GetRecordsCommand({ ShardIterator: iterator }));
      for (const { Data } of page.Records ?? [])
        bodies.push(JSON.parse(gunzipSync(Data!).toString()) as { documentId: string });
      empty = page.Records?.length ? 0 : empty + 1;
      iterator = page.NextShardIterator;
    }
  }
  return bodies;
}

testWriter("the Kinesis writer", {
  repeatsOverwrite: false,
  openTarget: async () => {
    const config = await makeStream(2);
    const access = await open.narrowed(kinesisWritePermissions(config, open.access));
    const openWriter = () => openKinesisWriter({ config, access });
    return {
      writer: openWriter(),
      stored: async () => (await storedIn(config.kinesisStreamName)).map(({ documentId }) => documentId),
      reopen: async () => openWriter(),
    };
  },
});

describe("the Kinesis writer", () => {
  it("asks for exactly the entries again that were refused", async () => {
    const config = await makeStream();
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
    const stored = (await storedIn(config.kinesisStreamName)).map(({ documentId }) => documentId);
    expect([...stored].sort()).toEqual([...ids].sort());
  });

  it.each(["throttle", "5xx", "cut"] as const)(
    "throws a problem worth repeating when the whole call fails: %s",
    async (kind) => {
      const config = await makeStream();
      const writer = openKinesisWriter({ config, access: open.access });
      open.faults.add({ kind, service: "kinesis", action: "PutRecords" });
      const thrown = await writer
        .write(await prepareAll(writer, [makeDocument("a")]), signal)
        .catch((error: unknown) => error);
      expect(thrown).toMatchObject({ entry: { retry: "later" } });
    },
  );

  it("refuses a document that is over 1 MiB packed, as an error record", async () => {
    const writer = openKinesisWriter({ config: await makeStream(), access: open.access });
    const noise = { ...makeDocument("a"), body: JSON.stringify({ noise: randomBytes(1_200_000).toString("base64") }) };
    const refused = await writer.prepare(noise, 0);
    expect("code" in refused && refused.code).toBe("DOCUMENT_TOO_LARGE");
    const packable = { ...makeDocument("a"), body: JSON.stringify({ same: "a".repeat(4_000_000) }) };
    expect("code" in (await writer.prepare(packable, 0))).toBe(false);
  });

  it("takes the document id for an empty partition key and a hash for one that is too long", async () => {
    const writer = openKinesisWriter({ config: await makeStream(), access: open.access });
    const long = "k".repeat(257);
    const md5 = createHash("md5").update(long).digest("base64");
    const documents = [
      { ...makeDocument("a"), partitionKey: "" },
      { ...makeDocument("b"), partitionKey: long },
    ];
    const batch = await prepareAll(writer, documents);
    expect(batch[1]!.bytes).toBe((batch[1]!.payload as Uint8Array).length + md5.length);
    expect(await writer.write(batch, signal)).toEqual([]);
    const nameless = { ...makeDocument(""), partitionKey: "" };
    expect(await writer.prepare(nameless, 0)).toMatchObject({ code: "INVALID_DOCUMENT_KEY" });
  });

  it("packs bodies of every size so that any gunzip reads them", () => {
    for (const size of [0, 1, 255, 1_023, 1_024, 4_095, 16_384, 20_000, 100_000]) {
      const body = Buffer.from("abc\u00fc{}".repeat(size).slice(0, size));
      expect(gunzipSync(pack(body)).equals(body)).toBe(true);
    }
  });
});

describe("a stream of LetsData", () => {
  it("is made once, resized when asked, and removed, however often each is repeated", async () => {
    const config = { resourceLocation: "LetsData", kinesisStreamName: `stream${streams++}`, kinesisShardCount: 2 };
    const first = await provisionStream(config, open.access, signal);
    expect(first).toEqual(await provisionStream(config, open.access, signal));
    await Promise.all([provisionStream({ ...config, kinesisShardCount: 4 }, open.access, signal)]);
    await removeStream(config, open.access, signal);
    await removeStream(config, open.access, signal);
  });

  it("can be read with exactly the permissions stated for readers", async () => {
    const config = await makeStream();
    const writer = openKinesisWriter({ config, access: open.access });
    await writer.write(await prepareAll(writer, [makeDocument("a")]), signal);
    const access = await open.narrowed(kinesisTargetReadPermissions(config, open.access));
    expect(await storedIn(config.kinesisStreamName, access)).toHaveLength(1);
  });
});

describe("the Kinesis access check", () => {
  it("is satisfied by the stated permissions and writes nothing", async () => {
    const config = await makeStream();
    const access = await open.narrowed(kinesisWritePermissions(config, open.access));
    expect(await checkKinesisWrite(config, access, signal)).toEqual([]);
    expect(await storedIn(config.kinesisStreamName)).toEqual([]);
  });

  it("names each missing action, the stream and the statement to add", async () => {
    const config = await makeStream();
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
