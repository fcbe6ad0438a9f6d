import { Problem } from "@letsdata/plugin-kit/problems";
import { describe, expect, it } from "vitest";
import { type ListedShard, planShards, type ShardPlanning, unlessGone } from "./plan-shards.ts";

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
      isLive: false,
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
      isLive: true,
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

describe("planning a stream whose list may lag behind its shards", () => {
  const second = 1_000;
  const minute = 60 * second;
  /** `completed`: by shard, for how long; null while its task runs. */
  function ask(
    shards: readonly ListedShard[],
    completed: Readonly<Record<string, number | null>>,
    more: Partial<ShardPlanning> = {},
  ) {
    let asksAgain = false;
    const warnings: string[] = [];
    const entries = Object.entries(completed).map(
      ([id, forMs]) =>
        [id, forMs === null ? { completed: false } : { completed: true, completedForMs: forMs }] as const,
    );
    const tasks = planShards({
      shards,
      reading,
      planned: new Map(entries),
      isLive: true,
      now: 5_000,
      warn: (message) => warnings.push(message),
      askAgain: () => {
        asksAgain = true;
      },
      ...more,
    });
    return { planned: [...tasks].map(({ position }) => position), asksAgain, warnings };
  }

  it("asks again for the children of a shard that was read to its end, listed closed, open or not at all", () => {
    for (const shards of [[closed("a")], [open("a")], []]) {
      expect(ask(shards, { a: second })).toEqual({ planned: [], asksAgain: true, warnings: [] });
    }
    expect(ask([closed("a"), open("b", "a")], { a: 2 * minute })).toMatchObject({ planned: ["b"], asksAgain: false });
  });

  it("asks again for the other child of a split, while one is read already", () => {
    expect(ask([closed("a"), open("b", "a")], { a: second, b: null })).toMatchObject({ planned: [], asksAgain: true });
    const both = [closed("a"), open("b", "a"), open("c", "a")];
    expect(ask(both, { a: 10 * second, b: null })).toMatchObject({ planned: ["c"], asksAgain: true });
    expect(ask(both, { a: 2 * minute, b: null, c: null })).toMatchObject({ planned: [], asksAgain: false });
  });

  it("does not ask for ever: it says after some minutes what is missing, and of shards long gone nothing", () => {
    expect(ask([closed("a")], { a: 4 * minute })).toMatchObject({ asksAgain: true, warnings: [] });
    const given = ask([closed("a")], { a: 6 * minute });
    expect(given).toEqual({ planned: [], asksAgain: false, warnings: [expect.stringMatching(/shard a\b/)] });
    const later = ask([closed("b", "a"), open("c", "b")], {
      trimmed: 30 * 60 * minute,
      a: 20 * 60 * minute,
      b: 5 * minute,
      c: null,
    });
    expect(later).toEqual({ planned: [], asksAgain: false, warnings: [] });
  });

  it("ends at once with a stream that is switched off, and where reading ends by itself", () => {
    expect(ask([closed("a")], { a: second }, { isLive: false })).toMatchObject({ asksAgain: false });
    const ending = { reading: { ...reading, stopCondition: "AtLatest" as const } };
    expect(ask([closed("a")], { a: second }, ending)).toMatchObject({ asksAgain: false });
  });

  it("begins for Latest with a closed shard, too, if its child is not listed yet, and goes on with the child", () => {
    const latest = { reading: { ...reading, startFrom: "Latest" as const } };
    const first = [closed("old"), closed("a", "old"), open("b")];
    expect(ask(first, {}, latest)).toMatchObject({ planned: ["a", "b"] });
    expect(ask(first, {}, { ...latest, isLive: false })).toMatchObject({ planned: ["b"] });
    expect(ask([...first, open("child", "a")], { a: second, b: null }, latest)).toMatchObject({ planned: ["child"] });
  });

  it("ends with a stream that is deleted, says so, and takes no other failure for that", async () => {
    const warnings: string[] = [];
    const warn = (message: string) => void warnings.push(message);
    const failing = (code: "RESOURCE_NOT_FOUND" | "ACCESS_DENIED") => async () => {
      throw new Problem(code, "no");
    };
    const planned = new Map([["a", { completed: true }]]);
    expect(await unlessGone("arn:stream", { planned, warn }, failing("RESOURCE_NOT_FOUND"))).toBeNull();
    expect(warnings).toEqual([expect.stringContaining("arn:stream")]);
    await expect(unlessGone("arn:stream", { planned, warn }, failing("ACCESS_DENIED"))).rejects.toThrow("no");
    const first = unlessGone("arn:stream", { planned: new Map(), warn }, failing("RESOURCE_NOT_FOUND"));
    await expect(first).rejects.toThrow("no");
  });
});
