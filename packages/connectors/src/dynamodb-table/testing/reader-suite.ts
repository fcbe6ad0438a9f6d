import type { CloudAccess, TaskPlan } from "@letsdata/plugin-kit/connector";
import type { Position, ReadBatch } from "@letsdata/plugin-kit/reader";
import { testReader } from "@letsdata/plugin-kit/testing/reader-conformance";
import { describe, expect, it } from "vitest";
import { makeTable } from "../../testing/make-table.ts";
import { planSegments, type SegmentDefinition } from "../plan-segments.ts";
import { openSegmentReader } from "../reader.ts";

const signal = new AbortController().signal;
export const wholeTable: SegmentDefinition = { segment: 0, segments: 1, completionMode: "SingleTableScan" };
const items = Array.from({ length: 1_600 }, (_, n) => ({ documentId: { S: `item ${n}` }, n: { N: String(n) } }));

/** What the reader promises on any DynamoDB. */
export function describeDynamodbTableReader(openAccess: () => CloudAccess): void {
  let made = 0;
  const table = (keys?: Parameters<typeof makeTable>[2]) =>
    makeTable(openAccess(), `scan-${Date.now()}-${made++}`, keys);
  let filled: Promise<{ readonly tableName: string }> | undefined;
  const fullTable = () => {
    filled ??= table().then(async (one) => {
      await one.putMany(items);
      return one;
    });
    return filled;
  };
  const open = (config: { readonly tableName: string }, definition: Partial<SegmentDefinition> = {}) =>
    openSegmentReader({ config, definition: { ...wholeTable, ...definition }, access: openAccess() });
  const readAll = async (config: { readonly tableName: string }, definition: Partial<SegmentDefinition> = {}) => {
    const batches: ReadBatch[] = [];
    for await (const batch of open(config, definition).read(null, signal)) batches.push(batch);
    return batches.flatMap(({ records }) => records);
  };
  const plan = async (
    tableName: string,
    manifest: Readonly<Record<string, unknown>>,
    planned: readonly string[] = [],
  ) => {
    const tasks = planSegments(
      {
        config: { tableName },
        manifest: { dynamoDBTableReaderCompletionMode: "SingleTableScan", ...manifest },
        concurrency: 3,
        access: openAccess(),
        planned: new Map(planned.map((position) => [position, { completed: false }])),
      },
      signal,
    );
    const plans: TaskPlan[] = [];
    for await (const task of tasks) plans.push(task);
    return plans;
  };

  testReader("the DynamoDB table reader", {
    recordCount: items.length,
    openReader: async () => open(await fullTable()),
    openRemovable: async () => {
      const config = await table();
      await config.put(items[0]!);
      return { reader: open(config), remove: config.remove };
    },
  });

  describe("the DynamoDB table reader", () => {
    it("hands out keys by the key schema and the item, as plain values with all digits", async () => {
      const keys = { id: "B", n: "N" } as const;
      const one = await table(keys);
      const digits = "1234567890".repeat(3);
      await one.put({ id: { B: Buffer.from("key") }, n: { N: digits }, s: { SS: ["a"] }, z: { NULL: true } });
      const [record] = await readAll(one);
      expect(record!.source).toEqual({ type: "0", name: one.tableName });
      const key = `{"id":"a2V5","n":${digits}}`;
      expect([record!.start, record!.end]).toEqual([key, key]);
      const body = Buffer.from(record!.body).toString();
      expect(body).toContain(`{"keys":${key},"item":{`);
      expect(body).toContain(`"n":${digits}`);
      expect(JSON.parse(body).item).toEqual({ id: "a2V5", n: Number(digits), s: ["a"], z: null });
    });

    it("reads every item once over all segments", async () => {
      const config = await fullTable();
      const tasks = await plan(config.tableName, {});
      expect(tasks.map(({ position }) => position)).toEqual(["0", "1", "2"]);
      const read = await Promise.all(
        tasks.map(({ readerDefinition }) => readAll(config, readerDefinition as Partial<SegmentDefinition>)),
      );
      expect(read.every(({ length }) => length > 0)).toBe(true);
      expect(new Set(read.flat().map(({ start }) => start)).size).toBe(items.length);
      expect(read.flat()).toHaveLength(items.length);
    });

    it("resumes behind a binary key", async () => {
      const one = await table({ id: "B" });
      await one.putMany(Array.from({ length: 1_200 }, (_, n) => ({ id: { B: Buffer.from([n >> 8, n & 255]) } })));
      let position: Position | null = null;
      let first = 0;
      for await (const batch of open(one).read(null, signal)) {
        first = batch.records.length;
        position = batch.nextPosition;
        break;
      }
      let rest = 0;
      for await (const { records } of open(one).read(position, signal)) rest += records.length;
      expect([first, rest]).toEqual([1_000, 200]);
    });

    it("leaves out what the filter does not match", async () => {
      const [task] = await plan((await fullTable()).tableName, {
        dynamoDBTableReaderTaskCount: 1,
        filterExpression: "#n < :n",
        expressionAttributeNames: { "#n": "n" },
        expressionAttributeValues: { ":n": { N: "10" } },
      });
      const read = await readAll(await fullTable(), task!.readerDefinition as Partial<SegmentDefinition>);
      expect(read).toHaveLength(10);
    });

    it("fails the plan, not the tasks, for a filter that DynamoDB does not understand", async () => {
      const planning = plan((await fullTable()).tableName, { filterExpression: "n <" });
      await expect(planning).rejects.toMatchObject({ code: "MANIFEST_INVALID", path: "manifestFile.filterExpression" });
    });

    it("plans the same positions again and leaves out what is planned", async () => {
      const { tableName } = await fullTable();
      const tasks = await plan(tableName, { dynamoDBTableReaderTaskCount: 4 }, ["0", "2"]);
      expect(tasks.map(({ position }) => position)).toEqual(["1", "3"]);
    });
  });
}
