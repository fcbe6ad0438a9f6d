import type { Trial, TriedRecord } from "@letsdata/compute/trial";
import { parseDatasetConfig } from "@letsdata/dataset/parse-dataset-config";
import { bodyWith } from "@letsdata/dataset/testing/example-bodies";
import type { SourceAmount } from "@letsdata/plugin-kit/connector";
import { describe, expect, it } from "vitest";
import { estimateWork } from "./estimate-work.ts";

const artifact = { artifactImplementationLanguage: "JAVASCRIPT", artifactFileS3Link: "s3://code/h.zip" };
const manifests = {
  SQS: { readConnector: { connectorDestination: "SQS", queueName: "jobs", ...artifact }, manifestFile: {} },
  S3: {},
} as const;

function configOf(source: keyof typeof manifests, concurrency = 20) {
  const computeEngine = {
    computeEngineType: "LAMBDA",
    concurrency,
    memoryLimitInMegabytes: 1_024,
    timeoutInSeconds: 600,
  };
  const parsed = parseDatasetConfig(bodyWith({ ...manifests[source], computeEngine }));
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.config;
}

const amount = (change: Partial<SourceAmount>): SourceAmount => ({
  records: null,
  whyNoRecords: null,
  bytes: null,
  basis: [],
  goesOn: null,
  idleSecondsPerTask: 0,
  arrivalsPerSecondMax: null,
  ...change,
});

const body = { encoding: "utf8", text: "x", bytes: 50, truncated: false } as const;
const tried = (milliseconds: number, outcome: TriedRecord["outcome"] = "document"): TriedRecord => ({
  source: { type: "T", name: "n", start: "0", end: "1" },
  attributes: {},
  body,
  outcome,
  document:
    outcome === "document" ? { documentId: "d", partitionKey: "p", recordType: null, body, countedBytes: 200 } : null,
  skipReason: null,
  error: null,
  milliseconds,
  modelMilliseconds: null,
});
const trialOf = (
  records: readonly TriedRecord[],
  read: Partial<Trial["read"]> = {},
): Pick<Trial, "read" | "records"> => ({
  records,
  read: { records: 10, storedBytes: 1_000, millisecondsPerRecord: 2, ...read },
});
const costOf = (lines: readonly { meter: string; quantity: number }[], meter: string) =>
  lines.find((line) => line.meter === meter)?.quantity;

describe("an estimate", () => {
  it("takes records from a queue, bytes from the trial, and time from the slower of reading and handling", () => {
    const source = amount({ records: 10_000, idleSecondsPerTask: 200 });
    const trial = trialOf([tried(90), tried(5), tried(5), tried(5, "skip")]);
    const estimate = estimateWork(configOf("SQS", 4), 4, source, trial);
    // 10,000 records of 5 ms over 4 workers, 1 s of their own and 200 s of waiting.
    expect(estimate).toMatchObject({
      tasks: 4,
      records: 10_000,
      bytes: 1_000_000,
      secondsPerTask: 213.5,
      seconds: 213.5,
    });
    expect(estimate).toMatchObject({ costPer: "run", notKnown: [] });
    expect(costOf(estimate.lines, "readBytes")).toBeCloseTo(0.001);
    // Three of four became documents of 200 bytes.
    expect(costOf(estimate.lines, "writeBytes")).toBeCloseTo(0.0015);
    expect(costOf(estimate.lines, "computeDuration")).toBeCloseTo(4 * 213.5);
    const slowRead = estimateWork(configOf("SQS", 4), 4, source, trialOf([tried(1)], { millisecondsPerRecord: 50 }));
    expect(slowRead.secondsPerTask).toBeCloseTo(201 + 2_500 * 0.05);
  });

  it("takes bytes from objects, and records from what a stored byte held", () => {
    const estimate = estimateWork(configOf("S3", 2), 4, amount({ bytes: 400_000 }), trialOf([tried(1)]));
    expect(estimate).toMatchObject({ records: 4_000, bytes: 400_000, costPer: "run" });
    expect(estimate.seconds).toBeCloseTo(2 * (1 + 1_000 * 0.001 + 100_000 / 20_000_000));
  });

  it("of a source that does not count says so, and gives the cost of an hour", () => {
    const source = amount({ whyNoRecords: "Nobody counts.", goesOn: "It goes on.", arrivalsPerSecondMax: 1_000 });
    const estimate = estimateWork(configOf("SQS", 2), 3, source, trialOf([tried(4)]));
    expect(estimate).toMatchObject({
      records: null,
      bytes: null,
      secondsPerTask: null,
      seconds: null,
      costPer: "hour",
    });
    expect(estimate.notKnown).toEqual([
      { what: "records", reason: "Nobody counts." },
      { what: "bytes", reason: "Nobody counts." },
      { what: "time", reason: "It goes on." },
    ]);
    expect(costOf(estimate.lines, "computeDuration")).toBe(2 * 3_600);
    expect(costOf(estimate.lines, "readBytes")).toBeUndefined();
    const told = estimate.basis.join(" ");
    expect(told).toContain(
      "about 250 records a second, and a shard takes in at most 1,000: a shard that is filled to its limit outruns it",
    );
    expect(told).toContain("Only 2 of the 3 tasks run at once");
    expect(told).toContain("Not in the cost: requests, archived error records, log lines and points of charts.");
    for (const left of ["readRequests", "writeRequests", "errorBytes", "logBytes", "metricPoints"])
      expect(costOf(estimate.lines, left)).toBeUndefined();
  });

  it("of a known amount that goes on tells how long what is there takes", () => {
    const source = amount({ records: 60_000, goesOn: "The workers go on." });
    const estimate = estimateWork(configOf("SQS", 2), 2, source, trialOf([tried(10)]));
    expect(estimate).toMatchObject({ records: 60_000, seconds: null, costPer: "hour" });
    expect(estimate.basis).toContain("What is there now takes about 5 minutes.");
  });

  it("invents no speed where no record came to the handler", () => {
    const none = trialOf([], { records: 0, storedBytes: 0, millisecondsPerRecord: null });
    const estimate = estimateWork(configOf("SQS"), 20, amount({ records: 500 }), none);
    expect(estimate).toMatchObject({ records: 500, bytes: null, seconds: null, costPer: "hour" });
    expect(estimate.notKnown.map(({ what }) => what)).toEqual(["bytes", "time"]);
    const empty = estimateWork(configOf("SQS"), 20, amount({ records: 0, idleSecondsPerTask: 20 }), none);
    expect(empty).toMatchObject({ records: 0, bytes: 0, seconds: 21, costPer: "run", notKnown: [] });
  });

  it("counts the model's time over the calls that a task keeps under way, and says what it took", () => {
    const inModel = { ...tried(1), modelMilliseconds: 40 };
    const estimate = estimateWork(configOf("SQS", 1), 1, amount({ records: 10_000 }), trialOf([inModel]));
    expect(estimate.secondsPerTask).toBeCloseTo(1 + 10_000 * (0.001 + 0.04 / 4));
    expect(estimate.basis.join(" ")).toContain("The model took 40.00 ms for the texts of a record");
  });

  it("warns of tasks that outlast their time-out", () => {
    const estimate = estimateWork(configOf("SQS", 1), 1, amount({ records: 1_000_000 }), trialOf([tried(5)]));
    expect(estimate.basis.at(-1)).toContain("several attempts");
  });
});
