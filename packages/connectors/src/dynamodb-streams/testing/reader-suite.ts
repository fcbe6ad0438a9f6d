import type { CloudAccess } from "@letsdata/plugin-kit/connector";
import type { SourceRecord } from "@letsdata/plugin-kit/reader";
import { testReader } from "@letsdata/plugin-kit/testing/reader-conformance";
import { describe, expect, it } from "vitest";
import type { ShardDefinition } from "../../plan-shards.ts";
import { makeTable } from "../../testing/make-table.ts";
import { planStreamShards } from "../plan-stream-shards.ts";
import { openStreamShardReader } from "../reader.ts";

const signal = new AbortController().signal;

export async function planStream(
  streamArn: string,
  access: CloudAccess,
  manifest: Readonly<Record<string, unknown>> = {},
  planned: Readonly<Record<string, boolean>> = {},
) {
  const tasks = planStreamShards(
    {
      config: { streamArn },
      manifest: {
        dynamoDBReaderTaskStartFromCondition: "Earliest",
        dynamoDBReaderTaskStopCondition: "AtLatest",
        dynamoDBReaderTaskContinuousPollFrequency: "Poll every 1 seconds",
        ...manifest,
      },
      concurrency: 1,
      access,
      planned: new Map(Object.entries(planned).map(([position, completed]) => [position, { completed }])),
    },
    signal,
  );
  const definitions: ShardDefinition[] = [];
  for await (const { readerDefinition } of tasks) definitions.push(readerDefinition as unknown as ShardDefinition);
  return definitions;
}

/** Pauses of an idle shard pass at once. */
const quickClock = { now: Date.now, sleep: async () => {} };

/** Every record of the shards, one shard after the other. */
export async function readShards(
  streamArn: string,
  definitions: readonly ShardDefinition[],
  access: CloudAccess,
): Promise<readonly SourceRecord[]> {
  const records: SourceRecord[] = [];
  for (const definition of definitions) {
    const reader = openStreamShardReader({ config: { streamArn }, definition, access }, quickClock);
    for await (const batch of reader.read(null, signal)) records.push(...batch.records);
  }
  return records;
}

/**
 * What the reader promises on any DynamoDB Streams. With `readsOffStreams` the server still shows a stream that is switched off, as AWS does:
 * its shards say where they end, where an open one is asked a hundred times.
 */
export function describeDynamodbStreamsReader(openAccess: () => CloudAccess, { readsOffStreams = false } = {}): void {
  let made = 0;
  const table = () => makeTable(openAccess(), `changes-${Date.now()}-${made++}`, { id: "S" });
  const busiest = async (streamArn: string) => {
    const definitions = await planStream(streamArn, openAccess());
    const counts = await Promise.all(
      definitions.map(async (one) => (await readShards(streamArn, [one], openAccess())).length),
    );
    const most = Math.max(...counts);
    return { definition: definitions[counts.indexOf(most)]!, recordCount: most };
  };

  let filled: Promise<{ readonly streamArn: string; readonly definition: ShardDefinition }> | undefined;
  testReader("the DynamoDB Streams reader", {
    openReader: async () => {
      filled ??= table().then(async ({ putMany, streamArn, switchStreamOff }) => {
        await putMany(Array.from({ length: 1_300 }, (_, n) => ({ id: { S: String(n) } })));
        if (readsOffStreams) await switchStreamOff();
        return { streamArn, ...(await busiest(streamArn)) };
      });
      const { streamArn, definition } = await filled;
      return openStreamShardReader({ config: { streamArn }, definition, access: openAccess() }, quickClock);
    },
  });

  describe("the DynamoDB Streams reader", () => {
    it("hands out a change as plain keys and images, an absent image empty, with its facts as attributes", async () => {
      const { streamArn, put } = await table();
      const before = Math.floor(Date.now() / 1_000);
      await put({ id: { S: "a" }, n: { N: "1.50" } }, { id: { S: "a" }, tags: { SS: ["x"] } });
      const records = await readShards(streamArn, await planStream(streamArn, openAccess()), openAccess());
      expect(records.map(({ body }) => Buffer.from(body).toString())).toEqual([
        '{"keys":{"id":"a"},"oldImage":{},"newImage":{"id":"a","n":1.5}}',
        '{"keys":{"id":"a"},"oldImage":{"id":"a","n":1.5},"newImage":{"id":"a","tags":["x"]}}',
      ]);
      const [{ source, start, end, attributes }] = records as [SourceRecord];
      expect(source.name).toBe(streamArn);
      expect(source.type).toMatch(/^shardId-/);
      expect(start).toMatch(/^\d+$/);
      expect(end).toBe(start);
      expect(records.map((record) => record.attributes.eventName)).toEqual(["INSERT", "MODIFY"]);
      expect(Object.keys(attributes).sort()).toEqual([
        "approximateCreationDateTime",
        "eventId",
        "eventName",
        "sizeBytes",
        "streamViewType",
      ]);
      expect(attributes.streamViewType).toBe("NEW_AND_OLD_IMAGES");
      expect(Number(attributes.sizeBytes)).toBeGreaterThan(0);
      expect(Number(attributes.approximateCreationDateTime) - before).toBeLessThan(60);
    });

    it("leaves out what is older than the start time", async () => {
      const { streamArn, put } = await table();
      await put({ id: { S: "a" } });
      const inAMinute = {
        dynamoDBReaderTaskStartFromCondition: "AtTimestamp",
        startFromTimestamp: Date.now() + 60_000,
      };
      const later = await planStream(streamArn, openAccess(), inAMinute);
      expect(await readShards(streamArn, later, openAccess())).toEqual([]);
      const aMinuteAgo = { ...inAMinute, startFromTimestamp: Date.now() - 60_000 };
      const earlier = await planStream(streamArn, openAccess(), aMinuteAgo);
      expect(await readShards(streamArn, earlier, openAccess())).toHaveLength(1);
    });
  });
}
