import { describe, expect, it } from "vitest";
import { type ListedShard, planShards, type ShardPlanning } from "./plan-shards.ts";

const open = (shardId: string, ...parentIds: string[]): ListedShard => ({ shardId, parentIds, isClosed: false });
const closed = (shardId: string, ...parentIds: string[]): ListedShard => ({ shardId, parentIds, isClosed: true });
const reading = { startFrom: "Earliest", stopCondition: "Continuous", pollFrequency: "Poll every 5 seconds" } as const;
const plan = (
  shards: readonly ListedShard[],
  more: Partial<ShardPlanning["reading"]> = {},
  planned: Readonly<Record<string, boolean>> = {},
) =>
  [
    ...planShards({
      shards,
      reading: { ...reading, ...more },
      planned: new Map(Object.entries(planned).map(([id, completed]) => [id, { completed }])),
      now: 5_000,
    }),
  ].map(({ position, readerDefinition }) => `${position} ${readerDefinition.startFrom}`);

describe("planning the shards of a stream", () => {
  it("says in the definition all that a reader needs", () => {
    const [task] = planShards({
      shards: [open("a")],
      reading: { ...reading, startFrom: "AtTimestamp", startFromTimestamp: 7 },
      planned: new Map(),
      now: 5_000,
    });
    expect(task).toEqual({
      position: "a",
      readerDefinition: {
        shardId: "a",
        startFrom: "AtTimestamp",
        startFromTimestamp: 7,
        stopCondition: "Continuous",
        pollFrequency: "Poll every 5 seconds",
      },
    });
  });

  it("takes every shard at once where reading ends", () => {
    expect(plan([closed("a"), open("b", "a")], { stopCondition: "AtLatest" })).toEqual(["a Earliest", "b Earliest"]);
  });

  it("lets a child wait until all its parents are completed, and no longer", () => {
    const shards = [closed("a", "trimmed"), closed("b"), open("merged", "a", "b")];
    expect(plan(shards)).toEqual(["a Earliest", "b Earliest"]);
    expect(plan(shards, {}, { a: true, b: false })).toEqual([]);
    expect(plan(shards, {}, { a: true, b: true })).toEqual(["merged Earliest"]);
    expect(plan([open("merged", "a", "b")], {}, { a: true, b: false })).toEqual([]);
  });

  it("begins with the open shards for Latest and reads their children from their first record", () => {
    const latest = { startFrom: "Latest" } as const;
    const first = [closed("old"), open("a", "old")];
    expect(plan(first, latest)).toEqual(["a Latest"]);
    const later = [closed("old"), closed("a", "old"), closed("child", "a"), open("grandchild", "child")];
    expect(plan(later, latest, { a: false })).toEqual([]);
    expect(plan(later, latest, { a: true })).toEqual(["child Earliest"]);
    expect(plan(later, latest, { a: true, child: true })).toEqual(["grandchild Earliest"]);
  });
});
