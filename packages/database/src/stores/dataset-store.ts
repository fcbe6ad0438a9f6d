import { type DatasetEvent, type DatasetStatus, nextStatus, statusesAllowing } from "@letsdata/dataset/lifecycle";
import type { Counts } from "@letsdata/pipeline/ports";
import { Problem, type ProblemDetail } from "@letsdata/plugin-kit/problems";
import { type Database, inTransaction, Prisma, type Queryable } from "../database.ts";
import { isUniqueViolation } from "../database-problem.ts";
import { decodeCursor, type Page, pageOf } from "./cursor.ts";
import { notifyChange } from "./notify-change.ts";

export interface StatusReason {
  readonly code: string | null;
  readonly message: string;
  readonly errors: readonly ProblemDetail[];
}

export interface TaskCounters {
  readonly totalTasks: number;
  readonly created: number;
  readonly queued: number;
  readonly running: number;
  readonly rerun: number;
  readonly completed: number;
  readonly errored: number;
}

/** Entry of `executionLogs`; epoch milliseconds. */
export interface DatasetRun {
  readonly startedAt: number;
  readonly endedAt: number | null;
}

export interface DatasetResource {
  readonly component: string;
  readonly kind: string;
  readonly name: string;
  readonly arn: string;
  readonly region: string;
  readonly resourceLocation: "Customer" | "LetsData";
}

export type JsonObject = Readonly<Record<string, unknown>>;

/** A dataset with its counters and newest runs. Times in epoch milliseconds. */
export interface StoredDataset {
  readonly datasetId: string;
  readonly tenantId: string;
  readonly userId: string;
  readonly name: string;
  readonly status: DatasetStatus;
  readonly statusReason: StatusReason | null;
  readonly statusBefore: DatasetStatus | null;
  readonly config: JsonObject;
  readonly concurrency: number;
  readonly codeVersion: number;
  readonly codeDigest: string | null;
  readonly artifactState: JsonObject | null;
  readonly customerAccessRoleArn: string | null;
  readonly externalId: string | null;
  readonly resources: readonly DatasetResource[];
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly deletedAt: number | null;
  readonly tasks: TaskCounters;
  /** Every task of its plan is stored. Without it a redrive plans. */
  readonly isPlanned: boolean;
  readonly counts: Counts;
  /** Newest first, at most 100. */
  readonly runs: readonly DatasetRun[];
}

export interface NewDataset {
  readonly datasetId: string;
  readonly tenantId: string;
  readonly userId: string;
  readonly name: string;
  /** Canonical. */
  readonly config: JsonObject;
  readonly concurrency: number;
  readonly externalId?: string | null;
  readonly artifactState?: JsonObject | null;
  /** Epoch milliseconds; also the customer's default external id. */
  readonly createdAt: number;
}

/** Status CREATED and config revision 1. Throws DATASET_NAME_TAKEN. */
export async function createDataset(db: Queryable, dataset: NewDataset): Promise<StoredDataset> {
  const at = new Date(dataset.createdAt);
  try {
    const row = await db.dataset.create({
      data: {
        id: dataset.datasetId,
        tenantId: dataset.tenantId,
        userId: dataset.userId,
        name: dataset.name,
        nameLower: dataset.name.toLowerCase(),
        config: json(dataset.config),
        concurrency: dataset.concurrency,
        externalId: dataset.externalId ?? null,
        ...(dataset.artifactState ? { artifactState: json(dataset.artifactState) } : {}),
        createdAt: at,
        updatedAt: at,
        progress: { create: {} },
        revisions: {
          create: { revision: 1, codeVersion: 1, userId: dataset.userId, config: json(dataset.config), createdAt: at },
        },
      },
      include,
    });
    await notifyChange(db, dataset);
    return fromRow(row);
  } catch (thrown) {
    if (isUniqueViolation(thrown)) {
      throw new Problem("DATASET_NAME_TAKEN", `There is already a dataset named ${dataset.name}.`, {
        path: "datasetName",
        cause: thrown,
      });
    }
    throw thrown;
  }
}

/** By name (any case) or id, within the tenant; null where there is none. A deleted dataset is found by its id only. */
export async function findDataset(db: Queryable, tenantId: string, nameOrId: string): Promise<StoredDataset | null> {
  const row = await db.dataset.findFirst({
    where: { tenantId, OR: [{ id: nameOrId }, { nameLower: nameOrId.toLowerCase() }] },
    include,
  });
  return row ? fromRow(row) : null;
}

/** For the system's own loops, which work over all tenants. */
export async function getDatasetById(db: Queryable, datasetId: string): Promise<StoredDataset | null> {
  const row = await db.dataset.findUnique({ where: { id: datasetId }, include });
  return row ? fromRow(row) : null;
}

/** For the system's own loops: datasets of all tenants in one of the statuses, longest unchanged first. */
export async function datasetsInStatus(
  db: Queryable,
  statuses: readonly DatasetStatus[],
  limit = 1000,
): Promise<StoredDataset[]> {
  const rows = await db.dataset.findMany({
    where: { status: { in: [...statuses] } },
    orderBy: { updatedAt: "asc" },
    take: limit,
    include,
  });
  return rows.map(fromRow);
}

export interface ListDatasets {
  readonly tenantId: string;
  readonly statuses?: readonly DatasetStatus[] | undefined;
  /** Part of the name or id, any case. */
  readonly text?: string | undefined;
  readonly datasetIds?: readonly string[] | undefined;
  readonly sort?: "createdAt" | "name" | undefined;
  readonly order?: "asc" | "desc" | undefined;
  readonly limit: number;
  readonly cursor?: string | undefined;
}

/** Deleted datasets are listed only where `statuses` asks for DELETED. */
export async function listDatasets(db: Queryable, query: ListDatasets): Promise<Page<StoredDataset>> {
  const order = query.order ?? "desc";
  const after = order === "asc" ? "gt" : "lt";
  const byName = query.sort === "name";
  const conditions: Prisma.DatasetWhereInput[] = [{ tenantId: query.tenantId }];
  conditions.push(query.statuses?.length ? { status: { in: [...query.statuses] } } : { status: { not: "DELETED" } });
  if (query.datasetIds) conditions.push({ id: { in: [...query.datasetIds] } });
  if (query.text) {
    const text = query.text.toLowerCase();
    conditions.push({ OR: [{ nameLower: { contains: text } }, { id: { contains: text } }] });
  }
  if (query.cursor !== undefined) {
    if (byName) {
      const [name, id] = decodeCursor(query.cursor, ["string", "string"]) as [string, string];
      conditions.push({ OR: [{ nameLower: { [after]: name } }, { nameLower: name, id: { [after]: id } }] });
    } else {
      const [time, id] = decodeCursor(query.cursor, ["time", "string"]) as [number, string];
      const at = new Date(time);
      conditions.push({ OR: [{ createdAt: { [after]: at } }, { createdAt: at, id: { [after]: id } }] });
    }
  }
  const rows = await db.dataset.findMany({
    where: { AND: conditions },
    orderBy: byName ? [{ nameLower: order }, { id: order }] : [{ createdAt: order }, { id: order }],
    take: query.limit + 1,
    include,
  });
  const page = pageOf(rows, query.limit, (row) =>
    byName ? [row.nameLower, row.id] : [row.createdAt.getTime(), row.id],
  );
  return { items: page.items.map(fromRow), nextCursor: page.nextCursor };
}

export interface TransitionOptions {
  /** Shown beside the status; without it the reason is cleared when the status changes. */
  readonly reason?: StatusReason | null;
}

export interface Transition {
  readonly datasetId: string;
  readonly tenantId: string;
  readonly before: DatasetStatus;
  readonly status: DatasetStatus;
}

const runStatuses: readonly DatasetStatus[] = [
  "INITIALIZING",
  "PROCESSING",
  "REDRIVING",
  "STOPPING_ERROR",
  "STOPPING_COMPLETE",
];

/**
 * Moves the dataset by the lifecycle table under its row lock, opens or closes its run, and tells listeners.
 * Throws TRANSITION_NOT_ALLOWED, or NOT_FOUND. Given the database itself it runs in a transaction of its own.
 */
export async function transitionDataset(
  db: Database | Queryable,
  datasetId: string,
  event: DatasetEvent,
  options: TransitionOptions = {},
): Promise<Transition> {
  if (isDatabase(db))
    return inTransaction(db, (transaction) => transitionDataset(transaction, datasetId, event, options));
  const row = await lockDataset(db, datasetId);
  const status = nextStatus(row.status, event, row.statusBefore ?? undefined);
  if (status === null) {
    throw new Problem(
      "TRANSITION_NOT_ALLOWED",
      `The dataset is ${row.status}; this is possible in ${statusesAllowing(event).join(", ")}.`,
      { details: { datasetId, event, status: row.status } },
    );
  }
  const changed = status !== row.status;
  const reason = options.reason === undefined && !changed ? undefined : (options.reason ?? null);
  await db.dataset.update({
    where: { id: datasetId },
    data: {
      status,
      ...(changed ? { statusBefore: row.status } : {}),
      ...(reason === undefined ? {} : { statusReason: reason === null ? Prisma.DbNull : json(reason) }),
      updatedAt: new Date(),
      ...(status === "DELETED" && changed ? { deletedAt: new Date() } : {}),
    },
  });
  if (status === "DELETED" && changed) {
    await db.$executeRaw`UPDATE dataset SET name_lower = name_lower || ':' || id WHERE id = ${datasetId}`;
  }
  if (runStatuses.includes(status)) {
    await db.$executeRaw`
      INSERT INTO dataset_run (dataset_id) SELECT ${datasetId}
      WHERE NOT EXISTS (SELECT 1 FROM dataset_run WHERE dataset_id = ${datasetId} AND ended_at IS NULL)`;
  } else {
    await db.$executeRaw`UPDATE dataset_run SET ended_at = now() WHERE dataset_id = ${datasetId} AND ended_at IS NULL`;
  }
  await notifyChange(db, { tenantId: row.tenantId, datasetId });
  return { datasetId, tenantId: row.tenantId, before: row.status, status };
}

/**
 * The dataset's status, held until the transaction ends. The lock on the counters keeps claims out: after a move away from PROCESSING no task
 * can start any more. Throws NOT_FOUND.
 */
export async function lockDataset(
  transaction: Queryable,
  datasetId: string,
): Promise<Pick<StoredDataset, "tenantId" | "status" | "statusBefore">> {
  const [row] = await transaction.$queryRaw<Pick<StoredDataset, "tenantId" | "status" | "statusBefore">[]>`
    SELECT d.tenant_id AS "tenantId", d.status, d.status_before AS "statusBefore"
    FROM dataset d JOIN dataset_progress p ON p.dataset_id = d.id WHERE d.id = ${datasetId} FOR NO KEY UPDATE`;
  if (!row) throw new Problem("NOT_FOUND", "There is no such dataset.");
  return row;
}

/** What initialisation made or learned; absent fields stay. */
export interface DatasetFacts {
  readonly resources?: readonly DatasetResource[];
  readonly customerAccessRoleArn?: string | null;
  readonly externalId?: string | null;
  readonly codeDigest?: string | null;
  readonly artifactState?: JsonObject | null;
  readonly config?: JsonObject;
  readonly statusReason?: StatusReason | null;
}

export async function saveDatasetResources(db: Queryable, datasetId: string, facts: DatasetFacts): Promise<void> {
  const row = await db.dataset.update({
    where: { id: datasetId },
    data: {
      ...(facts.resources === undefined ? {} : { resources: facts.resources as unknown as Prisma.InputJsonValue }),
      ...(facts.customerAccessRoleArn === undefined ? {} : { customerAccessRoleArn: facts.customerAccessRoleArn }),
      ...(facts.externalId === undefined ? {} : { externalId: facts.externalId }),
      ...(facts.codeDigest === undefined ? {} : { codeDigest: facts.codeDigest }),
      ...(facts.artifactState === undefined ? {} : { artifactState: nullableJson(facts.artifactState) }),
      ...(facts.config === undefined ? {} : { config: json(facts.config) }),
      ...(facts.statusReason === undefined ? {} : { statusReason: nullableJson(facts.statusReason) }),
      updatedAt: new Date(),
    },
    select: { tenantId: true },
  });
  await notifyChange(db, { tenantId: row.tenantId, datasetId });
}

const include = {
  progress: true,
  runs: { orderBy: { startedAt: "desc" }, take: 100 },
} satisfies Prisma.DatasetInclude;

type Row = Prisma.DatasetGetPayload<{ include: typeof include }>;

function fromRow(row: Row): StoredDataset {
  const progress = row.progress;
  return {
    datasetId: row.id,
    tenantId: row.tenantId,
    userId: row.userId,
    name: row.name,
    status: row.status as DatasetStatus,
    statusReason: row.statusReason as unknown as StatusReason | null,
    statusBefore: row.statusBefore as DatasetStatus | null,
    config: row.config as JsonObject,
    concurrency: row.concurrency,
    codeVersion: row.codeVersion,
    codeDigest: row.codeDigest,
    artifactState: row.artifactState as JsonObject | null,
    customerAccessRoleArn: row.customerAccessRoleArn,
    externalId: row.externalId,
    resources: row.resources as unknown as DatasetResource[],
    createdAt: row.createdAt.getTime(),
    updatedAt: Math.max(row.updatedAt.getTime(), progress?.changedAt.getTime() ?? 0),
    deletedAt: row.deletedAt?.getTime() ?? null,
    tasks: {
      totalTasks: progress?.totalTasks ?? 0,
      created: progress?.tasksCreated ?? 0,
      queued: progress?.tasksQueued ?? 0,
      running: progress?.tasksRunning ?? 0,
      rerun: progress?.tasksRerun ?? 0,
      completed: progress?.tasksCompleted ?? 0,
      errored: progress?.tasksErrored ?? 0,
    },
    isPlanned: progress?.plannedAt != null,
    counts: {
      recordsRead: Number(progress?.recordsRead ?? 0),
      documentsWritten: Number(progress?.documentsWritten ?? 0),
      recordsSkipped: Number(progress?.recordsSkipped ?? 0),
      recordsErrored: Number(progress?.recordsErrored ?? 0),
      bytesRead: Number(progress?.bytesRead ?? 0),
      bytesWritten: Number(progress?.bytesWritten ?? 0),
    },
    runs: row.runs.map((run) => ({ startedAt: run.startedAt.getTime(), endedAt: run.endedAt?.getTime() ?? null })),
  };
}

/** Transactions have `$transaction` too (they nest), but no connection of their own. */
function isDatabase(db: Database | Queryable): db is Database {
  return typeof (db as Partial<Database>).$connect === "function";
}

function json(value: object): Prisma.InputJsonValue {
  return value as Prisma.InputJsonValue;
}

function nullableJson(value: object | null): Prisma.InputJsonValue | typeof Prisma.DbNull {
  return value === null ? Prisma.DbNull : json(value);
}
