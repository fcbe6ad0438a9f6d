import type { SourceAmount, TrialReading } from "@letsdata/plugin-kit/connector";
import type { ShardDefinition } from "./plan-shards.ts";

/** Shards a trial looks into for one that holds records; an idle one takes a few seconds. */
const SHARDS_MAX = 5;
/** Of those, how many are read again from their oldest record when nothing has come since the start time. */
const SHARDS_FROM_OLDEST_MAX = 2;

/** From what the shards hold, to their present end, whatever the manifest says of start and stop. `now`: epoch milliseconds. */
export function shardTrialReadings(
  planned: readonly ShardDefinition[],
  now: number,
): readonly TrialReading<ShardDefinition>[] {
  const shards = planned.slice(0, SHARDS_MAX);
  const [first] = shards;
  if (!first || first.startFrom === "Earliest") return shards.map((shard) => fromOldest(shard, null));
  if (first.startFrom === "Latest") {
    return shards.map((shard) =>
      fromOldest(
        shard,
        "The dataset begins with what arrives after it is created (Latest); the trial took the oldest records there are.",
      ),
    );
  }
  const { startFromTimestamp = 0 } = first;
  const since = new Date(startFromTimestamp).toISOString();
  if (startFromTimestamp > now) {
    const notice = `The dataset begins at ${since}, which is still to come; the trial took the oldest records there are.`;
    return shards.map((shard) => fromOldest(shard, notice));
  }
  const notice = `Nothing has arrived since ${since}, where the dataset begins; the trial took the oldest records there are.`;
  return [
    ...shards.map((shard) => ({
      definition: { ...shard, stopCondition: "AtLatest" as const },
      item: `shard ${shard.shardId}`,
      notice: null,
      whenEmpty: `The shard ${shard.shardId} gave no record from ${since} on`,
    })),
    ...shards.slice(0, SHARDS_FROM_OLDEST_MAX).map((shard) => fromOldest(shard, notice)),
  ];
}

function fromOldest(shard: ShardDefinition, notice: string | null): TrialReading<ShardDefinition> {
  const { startFromTimestamp: _, ...rest } = shard;
  return {
    definition: { ...rest, startFrom: "Earliest", stopCondition: "AtLatest" },
    item: `shard ${shard.shardId}`,
    notice,
    whenEmpty: `The shard ${shard.shardId} gave no record`,
  };
}

/** A stream does not count its records. */
export function amountOfStream(
  service: string,
  stopCondition: ShardDefinition["stopCondition"],
  arrivalsPerSecondMax: number | null,
): SourceAmount {
  return {
    records: null,
    whyNoRecords: `${service} does not say how many records its shards hold.`,
    bytes: null,
    basis: [],
    goesOn: {
      Continuous: "Each shard is read until the dataset is stopped.",
      ShardClosed: "Each shard is read until it is closed, which nobody can foresee.",
      AtLatest: null,
    }[stopCondition],
    idleSecondsPerTask: 0,
    arrivalsPerSecondMax,
  };
}
