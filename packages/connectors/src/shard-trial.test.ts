import { describe, expect, it } from "vitest";
import type { ShardDefinition } from "./plan-shards.ts";
import { amountOfStream, shardTrialReadings } from "./shard-trial.ts";

const now = Date.parse("2026-06-01T12:00:00Z");
const shardOf = (
  shardId: string,
  start: Pick<ShardDefinition, "startFrom" | "startFromTimestamp">,
): ShardDefinition => ({
  shardId,
  stopCondition: "Continuous",
  pollFrequency: "Poll every 300 seconds",
  ...start,
});

describe("what a trial reads of a stream", () => {
  it("always ends at the present end, whatever the manifest says", () => {
    for (const startFrom of ["Earliest", "Latest", "AtTimestamp"] as const) {
      const readings = shardTrialReadings([shardOf("s", { startFrom, startFromTimestamp: now - 1 })], now);
      expect(readings.length).toBeGreaterThan(0);
      expect(readings.every(({ definition }) => definition.stopCondition === "AtLatest")).toBe(true);
    }
  });

  it("reads the oldest records for Latest and for a time to come, and says so", () => {
    const latest = shardTrialReadings([shardOf("s", { startFrom: "Latest", startFromTimestamp: now })], now);
    expect(latest).toMatchObject([
      { definition: { startFrom: "Earliest" }, notice: expect.stringContaining("Latest") },
    ]);
    expect(latest[0]?.definition).not.toHaveProperty("startFromTimestamp");
    const future = shardTrialReadings([shardOf("s", { startFrom: "AtTimestamp", startFromTimestamp: now + 1 })], now);
    expect(future).toMatchObject([
      { definition: { startFrom: "Earliest" }, notice: expect.stringContaining("2026-06-01T12:00:00.001Z") },
    ]);
  });

  it("reads from a time first, and from the oldest records when nothing came since", () => {
    const planned = ["a", "b", "c"].map((id) => shardOf(id, { startFrom: "AtTimestamp", startFromTimestamp: now - 1 }));
    const readings = shardTrialReadings(planned, now);
    expect(
      readings.map(({ definition, notice }) => [definition.shardId, definition.startFrom, notice === null]),
    ).toEqual([
      ["a", "AtTimestamp", true],
      ["b", "AtTimestamp", true],
      ["c", "AtTimestamp", true],
      ["a", "Earliest", false],
      ["b", "Earliest", false],
    ]);
  });

  it("looks into a few shards only", () => {
    const planned = Array.from({ length: 500 }, (_, n) => shardOf(`s${n}`, { startFrom: "Earliest" }));
    expect(shardTrialReadings(planned, now)).toHaveLength(5);
    expect(shardTrialReadings([], now)).toEqual([]);
  });
});

describe("what a stream says of its amount", () => {
  it("is no number, and whether it ends follows from its stop condition", () => {
    expect(amountOfStream("Kinesis", "AtLatest", 1_000)).toMatchObject({ records: null, bytes: null, goesOn: null });
    expect(amountOfStream("Kinesis", "Continuous", 1_000).goesOn).toContain("until the dataset is stopped");
    expect(amountOfStream("DynamoDB", "ShardClosed", null).goesOn).toContain("until it is closed");
  });
});
