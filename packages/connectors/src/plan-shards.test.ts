import { describe, expect, it } from "vitest";
import { type ListedShard, planShards, type ShardPlanning } from "./plan-shards.ts";

const open = (shardId: string, ...parentIds: string[]): ListedShard => ({ shardId, parentIds, isClosed: false });
const closed = (shardId: string, ...parentIds: string[]): ListedShard => ({ shardId, parentIds, isClosed: true });
const reading = { startFrom: "Earliest", stopCondition: "Continuous", pollFrequency: "Poll every 5 seconds" } as const;
const plan = (
  shards: readonly ListedShard[],
  more: Partial<ShardPlanning["reading"]> = {},
  planned: Readonly<Record<string, boolean>> = {},
  warnings: string[] = [],
) =>
  [
    ...planShards({
      shards,
      reading: { ...reading, ...more },
      planned: new Map(Object.entries(planned).map(([id, completed]) => [id, { completed }])),
      now: 5_000,
      warn: (message) => warnings.push(message),
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
  });

  it("does not hold a child back for a parent that the stream no longer keeps, and says what is lost", () => {
    const warnings: string[] = [];
    expect(plan([closed("b"), open("merged", "a", "b")], {}, { a: false, b: false }, warnings)).toEqual([]);
    expect(warnings).toEqual([]);
    expect(plan([open("merged", "a", "b")], {}, { a: true, b: false }, warnings)).toEqual(["merged Earliest"]);
    expect(warnings).toEqual([expect.stringMatching(/shard b\b.*merged/)]);
    // Of a shard read to its end nothing is lost, nor of one that was gone before the dataset began.
    expect(plan([open("c", "b")], {}, { b: true }, warnings)).toEqual(["c Earliest"]);
    expect(plan([open("d", "trimmed")], {}, {}, warnings)).toEqual(["d Earliest"]);
    expect(warnings).toHaveLength(1);
  });

  it("goes on with the oldest shards that are left when those between are gone unread", () => {
    const left = [closed("c7", "c6"), closed("c8", "c7"), open("c9", "c8")];
    for (const startFrom of ["Earliest", "Latest"] as const) {
      const warnings: string[] = [];
      expect(plan(left, { startFrom }, { a: true }, warnings)).toEqual(["c7 Earliest"]);
      expect(warnings).toEqual([expect.stringMatching(/shard c6\b.*c7/)]);
      expect(plan(left, { startFrom }, { a: true, c7: true })).toEqual(["c8 Earliest"]);
    }
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

  it("with Latest, too, reads a merged shard after both its parents, one of them not planned yet", () => {
    const shards = [closed("a"), closed("b"), closed("a2", "a"), open("merged", "a2", "b")];
    const latest = { startFrom: "Latest" } as const;
    expect(plan(shards, latest, { a: false, b: true })).toEqual([]);
    expect(plan(shards, latest, { a: true, b: true })).toEqual(["a2 Earliest"]);
    expect(plan(shards, latest, { a: true, b: true, a2: true })).toEqual(["merged Earliest"]);
  });
});
