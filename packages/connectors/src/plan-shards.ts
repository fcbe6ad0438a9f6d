import type { PlannedPosition, PlanningInput, TaskPlan } from "@letsdata/plugin-kit/connector";
import { Problem } from "@letsdata/plugin-kit/problems";

/** A shard read to its end has children if its stream lives; lists show them within about a minute. */
const CHILDREN_LISTED_WITHIN_MS = 5 * 60_000;
/** Where one child is listed, the others of a split follow closely. */
const SIBLINGS_LISTED_WITHIN_MS = 60_000;

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

export interface ShardPlanning extends Pick<PlanningInput<unknown>, "planned" | "warn" | "askAgain"> {
  readonly shards: readonly ListedShard[];
  /** The manifest's start, stop and polling, without a shard. */
  readonly reading: Omit<ShardDefinition, "shardId">;
  /** False for a stream that is switched off or being deleted: its shards are closed without children. */
  readonly isLive: boolean;
  /** Epoch milliseconds, by the stream's own clock: records are stamped by it. */
  readonly now: number;
}

/**
 * The shards to read that have no task yet. With Continuous a child waits until its parents' tasks are COMPLETED, so that
 * changes of one key stay in order; a parent that the stream no longer keeps has nothing more to wait for. A live stream's list may
 * lag behind its shards: for some minutes after a shard was read to its end, its children are asked for again. With Latest reading
 * starts at the time of planning, not when the task happens to run: a task that crashes before its first checkpoint loses nothing.
 */
export function* planShards(planning: ShardPlanning): Generator<TaskPlan> {
  const { shards, reading, planned, isLive, now, warn, askAgain } = planning;
  const { startFromTimestamp: _, ...rest } = reading;
  const { startFrom, startFromTimestamp, stopCondition } = reading;
  const isContinuous = stopCondition === "Continuous";
  const isFirst = planned.size === 0;
  const listed = new Map(shards.map((shard) => [shard.shardId, shard]));
  const withChildren = new Set(shards.flatMap(({ parentIds }) => parentIds));
  const older = startFrom === "Latest" ? ancestorsOf([...planned.keys()]) : new Set<string>();

  for (const shard of shards) {
    const { shardId } = shard;
    if (planned.has(shardId)) continue;
    const start = startOf(shard);
    if (start === null) continue;
    if (isContinuous && !isFirst) warnOfLost(shard);
    yield { position: shardId, readerDefinition: { shardId, ...rest, ...start } };
  }
  if (isContinuous && isLive) askForChildren();

  /** Null while the shard waits for its parents, and for good when all it holds is older than the start. */
  function startOf({
    shardId,
    parentIds,
    isClosed,
  }: ListedShard): Pick<ShardDefinition, "startFrom" | "startFromTimestamp"> | null {
    if (startFrom === "Latest" && (isFirst || !isContinuous)) {
      // A closed one of a live stream whose child is not listed yet leads to it.
      const leadsOn = isContinuous && isLive && !withChildren.has(shardId);
      return isClosed && !leadsOn ? null : { startFrom, startFromTimestamp: now };
    }
    // All that were open when reading began are planned: what comes before one of them was closed by then.
    if (older.has(shardId)) return null;
    if (isContinuous && !parentIds.every((id) => planned.get(id)?.completed || !listed.has(id))) return null;
    return startFrom === "AtTimestamp" && startFromTimestamp !== undefined
      ? { startFrom, startFromTimestamp }
      : { startFrom: "Earliest" };
  }

  function askForChildren(): void {
    const isAwaited = ([shardId, { completedForMs = Infinity }]: readonly [string, PlannedPosition]) =>
      completedForMs < (withChildren.has(shardId) ? SIBLINGS_LISTED_WITHIN_MS : CHILDREN_LISTED_WITHIN_MS);
    if ([...planned].some(isAwaited)) {
      askAgain?.();
      return;
    }
    for (const [id, { completedForMs }] of planned) {
      if (completedForMs === undefined || withChildren.has(id) || !listed.has(id)) continue;
      warn?.(`The shard ${id} was read to its end some minutes ago, and the stream still lists none that follows it.`);
    }
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

/**
 * What `list` gives, or null where shards were read before and the stream is gone by now: it has no more of them, and its dataset ends with
 * those it read.
 */
export async function unlessGone<T>(
  streamArn: string,
  { planned, warn }: Pick<PlanningInput<unknown>, "planned" | "warn">,
  list: () => Promise<T>,
): Promise<T | null> {
  try {
    return await list();
  } catch (thrown) {
    if (planned.size === 0 || !(thrown instanceof Problem) || thrown.code !== "RESOURCE_NOT_FOUND") throw thrown;
    warn?.(`${streamArn} is not there any more: no further shards of it are read.`);
    return null;
  }
}
