import type { TaskPlan } from "@letsdata/plugin-kit/connector";

/** Where and how a shard is read: all its reader needs of the manifest, stored and shown as `readerDefinition`. */
export interface ShardDefinition {
  readonly shardId: string;
  readonly startFrom: "Earliest" | "Latest" | "AtTimestamp";
  /** Epoch milliseconds of the first record to read; absent with Earliest. With Latest the time of planning. */
  readonly startFromTimestamp?: number;
  readonly stopCondition: "Continuous" | "AtLatest" | "ShardClosed";
  readonly pollFrequency: string;
}

/** A shard as its stream lists it. */
export interface ListedShard {
  readonly shardId: string;
  /** One, two after a merge, none for a stream's first shards. */
  readonly parentIds: readonly string[];
  readonly isClosed: boolean;
}

export interface ShardPlanning {
  readonly shards: readonly ListedShard[];
  /** The manifest's start, stop and polling, without a shard. */
  readonly reading: Omit<ShardDefinition, "shardId">;
  readonly planned: ReadonlyMap<string, { readonly completed: boolean }>;
  /** Epoch milliseconds. */
  readonly now: number;
}

/**
 * The shards to read that have no task yet. With Continuous a child waits until its parents' tasks are COMPLETED, so that
 * changes of one key stay in order. With Latest reading starts at the time of planning, not when the task happens to run:
 * a task that crashes before its first checkpoint loses nothing.
 */
export function* planShards({ shards, reading, planned, now }: ShardPlanning): Generator<TaskPlan> {
  const listed = new Map(shards.map((shard) => [shard.shardId, shard]));
  for (const shard of shards) {
    if (planned.has(shard.shardId)) continue;
    const start = startOf(shard);
    if (start === null) continue;
    const { startFromTimestamp: _, ...rest } = reading;
    yield { position: shard.shardId, readerDefinition: { shardId: shard.shardId, ...rest, ...start } };
  }

  /** Null while the shard waits for its parents, and for good when all it holds is older than the start. */
  function startOf(shard: ListedShard): Pick<ShardDefinition, "startFrom" | "startFromTimestamp"> | null {
    const { startFrom, startFromTimestamp, stopCondition } = reading;
    const isContinuous = stopCondition === "Continuous";
    if (startFrom !== "Latest") {
      if (isContinuous && !shard.parentIds.every((id) => planned.get(id)?.completed ?? !listed.has(id))) return null;
      return startFrom === "AtTimestamp" && startFromTimestamp !== undefined
        ? { startFrom, startFromTimestamp }
        : { startFrom: "Earliest" };
    }
    const parents = shard.parentIds.filter((id) => planned.has(id));
    if (isContinuous && parents.length > 0) {
      return parents.every((id) => planned.get(id)!.completed) ? { startFrom: "Earliest" } : null;
    }
    if (shard.isClosed || (isContinuous && hasPlannedAncestor(shard))) return null;
    return { startFrom: "Latest", startFromTimestamp: now };
  }

  function hasPlannedAncestor({ parentIds }: ListedShard): boolean {
    return parentIds.some((id) => {
      if (planned.has(id)) return true;
      const parent = listed.get(id);
      return parent !== undefined && hasPlannedAncestor(parent);
    });
  }
}
