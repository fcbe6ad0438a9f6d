import { expect, test } from "vitest";
import { estimateLines } from "./estimate-lines.ts";

const known = {
  tasks: 4,
  tasksAtOnce: 2,
  records: 12_000,
  bytes: 3_000_000,
  secondsPerTask: 90,
  seconds: 180,
  costPer: "run" as const,
  notKnown: [],
  lines: [],
  totalUsd: 1.234,
  basis: ["Waiting messages, as SQS counts them: about 12000."],
};

test("a run that ends is told with its time and cost", () => {
  expect(estimateLines(known)).toEqual([
    "estimate: 4 tasks, 2 at once; about 12,000 records; 3,000,000 bytes; about 3.0 minutes; 1.23 USD",
    "  Waiting messages, as SQS counts them: about 12000.",
  ]);
});

test("what is not known is said with its reason, a reason once, and the cost is an hour's", () => {
  const said = "Kinesis does not say how many records its shards hold.";
  const goesOn = "Each shard is read until the dataset is stopped.";
  const notKnown = [
    { what: "records" as const, reason: said },
    { what: "bytes" as const, reason: said },
    { what: "time" as const, reason: goesOn },
  ];
  const unknown = { records: null, bytes: null, seconds: null, secondsPerTask: null, costPer: "hour" as const };
  expect(estimateLines({ ...known, tasks: 1, tasksAtOnce: 1, ...unknown, notKnown, basis: [] })).toEqual([
    "estimate: 1 task; records not known; bytes not known; time not known; 1.23 USD for each hour, beside what is read and written",
    `  records and bytes not known: ${said}`,
    `  time not known: ${goesOn}`,
  ]);
});
