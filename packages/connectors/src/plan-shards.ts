import type { TaskPlan, Warn } from "@letsdata/plugin-kit/connector";

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
  /** Epoch milliseconds, by the stream's own clock: records are stamped by it. */
  readonly now: number;
  readonly warn?: Warn | undefined;
}

/**
 * The shards to read that have no task yet. With Continuous a child waits until its parents' tasks are COMPLETED, so that
 * changes of one key stay in order; a parent that the stream no longer keeps has nothing more to wait for. With Latest reading
 * starts at the time of planning, not when the task happens to run: a task that crashes before its first checkpoint loses nothing.
 */
export function* planShards({ shards, reading, planned, now, warn }: ShardPlanning): Generator<TaskPlan> {
  const { startFromTimestamp: _, ...rest } = reading;
  const { startFrom, startFromTimestamp, stopCondition } = reading;
  const isContinuous = stopCondition === "Continuous";
  const isFirst = planned.size === 0;
  const listed = new Map(shards.map((shard) => [shard.shardId, shard]));
  const older = startFrom === "Latest" ? ancestorsOf([...planned.keys()]) : new Set<string>();

  for (const shard of shards) {
    const { shardId } = shard;
    if (planned.has(shardId)) continue;
    const start = startOf(shard);
    if (start === null) continue;
    if (isContinuous && !isFirst) warnOfLost(shard);
    yield { position: shardId, readerDefinition: { shardId, ...rest, ...start } };
  }

  /** Null while the shard waits for its parents, and for good when all it holds is older than the start. */
  function startOf({
    shardId,
    parentIds,
    isClosed,
  }: ListedShard): Pick<ShardDefinition, "startFrom" | "startFromTimestamp"> | null {
    if (startFrom === "Latest" && (isFirst || !isContinuous)) {
      return isClosed ? null : { startFrom, startFromTimestamp: now };
    }
    // All that were open when reading began are planned: what comes before one of them was closed by then.
    if (older.has(shardId)) return null;
    if (isContinuous && !parentIds.every((id) => planned.get(id)?.completed || !listed.has(id))) return null;
    return startFrom === "AtTimestamp" && startFromTimestamp !== undefined
      ? { startFrom, startFromTimestamp }
      : { startFrom: "Earliest" };
  }

  function warnOfLost({ shardId, parentIds }: ListedShard): void {
    for (const id of parentIds.filter((parent) => !listed.has(parent) && !planned.get(parent)?.completed)) {
      warn?.(
        `The stream no longer keeps the shard ${id}, which was not read to its end: what was left of it is lost. Its child ${shardId} is read now.`,
      );
    }
  }

  function ancestorsOf(ids: readonly string[]): ReadonlySet<string> {
    const found = new Set<string>();
    const open = [...ids];
    for (let id = open.pop(); id !== undefined; id = open.pop()) {
      for (const parent of listed.get(id)?.parentIds ?? []) {
        if (!found.has(parent)) open.push(parent);
        found.add(parent);
      }
    }
    return found;
  }
}
