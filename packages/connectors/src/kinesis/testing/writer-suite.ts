import { createHash, randomBytes } from "node:crypto";
import { gunzipSync } from "node:zlib";
import {
  DescribeStreamSummaryCommand,
  GetRecordsCommand,
  GetShardIteratorCommand,
  KinesisClient,
  ListShardsCommand,
} from "@aws-sdk/client-kinesis";
import { clientFor } from "@letsdata/aws/client-for";
import type { CloudAccess } from "@letsdata/plugin-kit/connector";
import {
  makeDocument,
  prepareAll,
  testWriter,
  type WriterConformance,
} from "@letsdata/plugin-kit/testing/writer-conformance";
import { describe, expect, it, vi } from "vitest";
import { provisionStream, removeStream } from "../provision.ts";
import { openKinesisWriter } from "../writer.ts";

const signal = new AbortController().signal;
const SECONDS_MAX = 20_000;
let made = 0;

const ourStream = (kinesisShardCount: number) => ({
  resourceLocation: "LetsData",
  kinesisStreamName: `write-${Date.now()}-${made++}`,
  kinesisShardCount,
});
export type TestStream = ReturnType<typeof ourStream>;

/** A stream of LetsData's, as its writer's config. */
export async function provisionedStream(access: CloudAccess, shards = 1): Promise<TestStream> {
  const config = ourStream(shards);
  await provisionStream(config, access, signal);
  return config;
}

export async function storedIn(StreamName: string, access: CloudAccess): Promise<readonly { documentId: string }[]> {
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

/** What the writer promises on any Kinesis; `accessFor` may narrow the access to what the writer asks for. */
export function describeKinesisWriter(
  openAccess: () => CloudAccess,
  rejectNext: WriterConformance["rejectNext"],
  accessFor: (config: TestStream) => Promise<CloudAccess> = async () => openAccess(),
): void {
  testWriter("the Kinesis writer", {
    repeatsOverwrite: false,
    rejectNext,
    openTarget: async () => {
      const config = await provisionedStream(openAccess(), 2);
      const access = await accessFor(config);
      const openWriter = () => openKinesisWriter({ config, access });
      return {
        writer: openWriter(),
        stored: async () =>
          (await storedIn(config.kinesisStreamName, openAccess())).map(({ documentId }) => documentId),
        reopen: async () => openWriter(),
      };
    },
  });

  describe("the Kinesis writer", () => {
    it("refuses a document that is over 1 MiB packed, as an error record", async () => {
      const writer = openKinesisWriter({ config: await provisionedStream(openAccess()), access: openAccess() });
      const noise = {
        ...makeDocument("a"),
        body: JSON.stringify({ noise: randomBytes(1_200_000).toString("base64") }),
      };
      const refused = await writer.prepare(noise, 0);
      expect("code" in refused && refused.code).toBe("DOCUMENT_TOO_LARGE");
      const packable = { ...makeDocument("a"), body: JSON.stringify({ same: "a".repeat(4_000_000) }) };
      expect("code" in (await writer.prepare(packable, 0))).toBe(false);
    });

    it("takes the document id for an empty partition key and a hash for one that is too long", async () => {
      const writer = openKinesisWriter({ config: await provisionedStream(openAccess()), access: openAccess() });
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
  });

  describe("a stream of LetsData", () => {
    it("is made once, resized when asked, and removed, however often each is repeated", async () => {
      const config = ourStream(2);
      const first = await provisionStream(config, openAccess(), signal);
      expect(first).toEqual(await provisionStream(config, openAccess(), signal));
      // Farther than one call of Kinesis goes.
      for (const kinesisShardCount of [5, 1]) {
        await provisionStream({ ...config, kinesisShardCount }, openAccess(), signal);
        const kinesis = clientFor(KinesisClient, openAccess());
        const { StreamDescriptionSummary } = await kinesis.send(
          new DescribeStreamSummaryCommand({ StreamName: config.kinesisStreamName }),
        );
        expect(StreamDescriptionSummary?.OpenShardCount).toBe(kinesisShardCount);
      }
      await removeStream(config, openAccess(), signal);
      await removeStream(config, openAccess(), signal);
    });

    it("that somebody removes while it is being resized is not made again", async () => {
      const config = await provisionedStream(openAccess());
      const kinesis = clientFor(KinesisClient, openAccess());
      const resizing = provisionStream({ ...config, kinesisShardCount: 64 }, openAccess(), signal);
      const isRefused = expect(resizing).rejects.toMatchObject({ code: "RESOURCE_NOT_FOUND" });
      const look = () => kinesis.send(new DescribeStreamSummaryCommand({ StreamName: config.kinesisStreamName }));
      await vi.waitFor(async () => {
        expect((await look()).StreamDescriptionSummary?.OpenShardCount).toBeGreaterThan(1);
      }, SECONDS_MAX);
      await removeStream(config, openAccess(), signal);
      await isRefused;
      await vi.waitFor(() => expect(look()).rejects.toThrow(), SECONDS_MAX);
    });
  });
}
