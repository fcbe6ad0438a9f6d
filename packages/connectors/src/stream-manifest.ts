import { textOf } from "@letsdata/plugin-kit/attributes";
import { field } from "@letsdata/plugin-kit/config";
import { z } from "zod";

/** Start, stop and polling of a stream's readers: the same for Kinesis and DynamoDB Streams but for the prefix. */
export function startText(what: string) {
  return {
    label: "Start from",
    help: `Where reading of ${what} begins: its oldest record, its newest, or the first at or after a time.`,
    example: "Earliest",
    valueLabels: { Earliest: "Oldest record", Latest: "Newest record", AtTimestamp: "A time" },
  };
}
export const earliestOrLatest = () => z.enum(["Earliest", "Latest"]).optional().default("Earliest");

export const startFromTimestamp = field(
  z
    .number()
    .int({ error: "must be whole milliseconds since 1970" })
    .min(0, { error: "must be milliseconds since 1970" })
    .max(8_640_000_000_000_000, { error: "must be milliseconds since 1970" }),
  {
    label: "Start time",
    help: "First time to read, in milliseconds since 1970 (UTC). One still to come is waited for, unless reading stops at the present end.",
    example: 1_767_225_600_000,
  },
);

export const stopCondition = field(z.enum(["Continuous", "AtLatest", "ShardClosed"]).default("Continuous"), {
  label: "Stop",
  help: "Continuous reads until the dataset is stopped; AtLatest stops at what was newest when the task began; ShardClosed when a closed shard is read out.",
  example: "AtLatest",
  valueLabels: { Continuous: "When stopped", AtLatest: "At the present end", ShardClosed: "When the shard is closed" },
});

export const exponentialPoll = "Poll with exponential frequency (max 1 min)";
export const pollFrequency = field(
  textOf(
    /^(Poll with exponential frequency \(max 1 min\)|Poll every ([1-9]|[1-9]\d|[12]\d\d|300) seconds)$/,
    `must be "${exponentialPoll}" or "Poll every N seconds" with N from 1 to 300`,
  ).default(exponentialPoll),
  {
    label: "Polling",
    help: "How often an idle shard is asked: at growing intervals up to a minute, or every N seconds (1 to 300).",
    example: "Poll every 5 seconds",
  },
);
