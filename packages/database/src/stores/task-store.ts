import type { TaskStatus, TaskType } from "@letsdata/dataset/lifecycle";
import type { Counts } from "@letsdata/pipeline/ports";
import type { Position } from "@letsdata/plugin-kit/reader";
import { Prisma, type Queryable } from "../database.ts";
import { decodeCursor, encodeCursor, type Page } from "./cursor.ts";
import { planTaken, runEnded } from "./initial-plan.ts";
import { containsPattern } from "./like.ts";

type JsonObject = Readonly<Record<string, unknown>>;

export interface PlannedTask {
  /** `taskIdOf(datasetId, position)` */
  readonly taskId: string;
  readonly ordinal: number;
  readonly position: string;
  readonly taskType: TaskType;
  readonly readerDefinition: JsonObject;
}

/** `time` in epoch milliseconds. `previous` is set where the code says only that retrying ended (NO_PROGRESS). */
export interface TaskError {
  readonly code: string;
  readonly message: string;
  readonly details?: string;
  readonly time: number;
  readonly previous?: TaskError;
}

/** Entry of `taskExecutionLogs`; epoch milliseconds. */
export interface TaskAttempt {
  readonly attempt: number;
  readonly workerId: string;
  readonly codeVersion: number;
  readonly startedAt: number;
  readonly endedAt: number | null;
  /** COMPLETED, ERRORED, RERUN, STOPPED or LEASE_EXPIRED */
  readonly outcome: string | null;
  readonly error: TaskError | null;
}

/** A task as stored; times in epoch milliseconds. */
export interface StoredTask {
  readonly taskId: string;
  readonly datasetId: string;
  readonly datasetName: string;
  readonly tenantId: string;
  readonly userId: string;
  readonly ordinal: number;
  readonly position: string;
  readonly taskType: TaskType;
  readonly status: TaskStatus;
  readonly stopReason: string | null;
  readonly readerDefinition: JsonObject;
  readonly computeDefinition: JsonObject;
  readonly checkpoint: Position | null;
  readonly counts: Counts;
  readonly workerId: string | null;
  readonly attempt: number;
  readonly lastError: TaskError | null;
  readonly createdAt: number;
  readonly updatedAt: number;
  /** Oldest first, the newest 100. */
  readonly attempts: readonly TaskAttempt[];
}

/**
 * Stores a batch (some thousands) of planned tasks as QUEUED, in the order of the plan; ones already there stay as they
 * are. Nothing runs before the dataset is PROCESSING. Returns how many were new. `plan`: the one begun by `beginPlan`; null
 * where a dataset that runs gets more tasks. Throws LEASE_LOST, storing nothing, where another plan has taken its place, or the dataset
 * does not run any more.
 */
export async function insertPlannedTasks(
  db: Queryable,
  datasetId: string,
  computeDefinition: JsonObject,
  plans: readonly PlannedTask[],
  plan: string | null = null,
): Promise<number> {
  const [row] = await db.$queryRaw<{ inserted: number | null }[]>`
    SELECT letsdata_insert_tasks(
      ${datasetId}, ${JSON.stringify(computeDefinition)}::jsonb, ${plans.map(({ taskId }) => taskId)}::text[],
      ${plans.map(({ ordinal }) => ordinal)}::int[], ${plans.map(({ position }) => position)}::text[],
      ${plans.map(({ taskType }) => taskType)}::text[],
      ${plans.map(({ readerDefinition }) => JSON.stringify(readerDefinition))}::text[], ${plan}::text) AS inserted`;
  const inserted = row?.inserted ?? null;
  if (inserted === null) throw plan === null ? runEnded() : planTaken();
  return inserted;
}

export interface TaskFilter {
  readonly tenantId: string;
  readonly datasetId: string;
  readonly statuses?: readonly TaskStatus[] | undefined;
  /** Part of the task id, position or reader definition, any case. */
  readonly text?: string | undefined;
  readonly errorCode?: string | undefined;
}

export interface ListTasks extends TaskFilter {
  /** By place in the plan. */
  readonly order?: "asc" | "desc" | undefined;
  readonly limit: number;
  readonly cursor?: string | undefined;
}

export async function listTasks(db: Queryable, query: ListTasks): Promise<Page<StoredTask>> {
  const descending = query.order === "desc";
  const direction = Prisma.raw(descending ? "DESC" : "ASC");
  let after = Prisma.empty;
  if (query.cursor !== undefined) {
    const [ordinal, id] = decodeCursor(query.cursor, ["int", "string"]) as [number, string];
    after = Prisma.sql`AND (t.ordinal, t.id) ${Prisma.raw(descending ? "<" : ">")} (${ordinal}::int, ${id})`;
  }
  // One index walk per status, merged: a filter on several statuses stays as fast as one on a single status.
  const statuses = query.statuses?.length ? [...new Set(query.statuses)] : [undefined];
  const walks = statuses.map(
    (status) => Prisma.sql`(
      SELECT t.id, t.ordinal FROM task t
      WHERE ${conditions(query, status)} ${after}
      ORDER BY t.ordinal ${direction}, t.id ${direction} LIMIT ${query.limit + 1})`,
  );
  const rows = await db.$queryRaw<{ task: StoredTask }[]>`
    WITH page AS (
      SELECT id, ordinal FROM (${Prisma.join(walks, " UNION ALL ")}) walks
      ORDER BY ordinal ${direction}, id ${direction} LIMIT ${query.limit + 1})
    SELECT letsdata_task_json(t, d.name, d.user_id) AS task
    FROM page JOIN task t ON t.id = page.id JOIN dataset d ON d.id = t.dataset_id
    ORDER BY t.ordinal ${direction}, t.id ${direction}`;
  const items = rows.slice(0, query.limit).map((row) => row.task);
  const last = items.at(-1);
  return {
    items,
    nextCursor: rows.length > query.limit && last ? encodeCursor([last.ordinal, last.taskId]) : null,
  };
}

/** How many tasks match, counted up to `max`; null where there are more. */
export async function countTasks(db: Queryable, filter: TaskFilter, max = 100_000): Promise<number | null> {
  const statuses = filter.statuses?.length ? [...new Set(filter.statuses)] : undefined;
  const narrowed = statuses
    ? Prisma.sql`${conditions(filter, undefined)} AND t.status IN (${Prisma.join(statuses)})`
    : conditions(filter, undefined);
  const [row] = await db.$queryRaw<{ matching: number }[]>`
    SELECT count(*)::int AS matching FROM (SELECT 1 FROM task t WHERE ${narrowed} LIMIT ${max + 1}) found`;
  const matching = row?.matching ?? 0;
  return matching > max ? null : matching;
}

/** Null where the tenant has no such task in the dataset. */
export async function getTask(
  db: Queryable,
  tenantId: string,
  datasetId: string,
  taskId: string,
): Promise<StoredTask | null> {
  const [row] = await db.$queryRaw<{ task: StoredTask }[]>`
    SELECT letsdata_task_json(t, d.name, d.user_id) AS task FROM task t JOIN dataset d ON d.id = t.dataset_id
    WHERE t.id = ${taskId} AND t.dataset_id = ${datasetId} AND t.tenant_id = ${tenantId}`;
  return row?.task ?? null;
}

/** `status` names one index walk; everything else narrows it. */
export function conditions(filter: TaskFilter, status: TaskStatus | undefined): Prisma.Sql {
  const parts = [Prisma.sql`t.dataset_id = ${filter.datasetId} AND t.tenant_id = ${filter.tenantId}`];
  if (status) parts.push(Prisma.sql`t.status = ${status}`);
  if (filter.errorCode) parts.push(Prisma.sql`t.last_error_code = ${filter.errorCode}`);
  if (filter.text) {
    parts.push(
      Prisma.sql`lower(t.id || ' ' || t.position || ' ' || t.reader_definition::text) LIKE ${containsPattern(filter.text)}`,
    );
  }
  return Prisma.join(parts, " AND ");
}
