import type { Prisma, Queryable } from "../database.ts";
import { decodeCursor, type Page, pageOf } from "./cursor.ts";
import type { JsonObject } from "./dataset-store.ts";
import { notifyChange } from "./notify-change.ts";

export interface NewConfigRevision {
  readonly datasetId: string;
  readonly userId: string;
  readonly config: JsonObject;
  readonly concurrency: number;
  /** True for new code: `codeVersion` rises by one. */
  readonly newCode: boolean;
}

/** Replaces the dataset's configuration and keeps the one before as a revision. Call inside a transaction. */
export async function addConfigRevision(
  db: Queryable,
  change: NewConfigRevision,
): Promise<{ readonly revision: number; readonly codeVersion: number }> {
  const row = await db.dataset.update({
    where: { id: change.datasetId },
    data: {
      config: change.config as Prisma.InputJsonObject,
      concurrency: change.concurrency,
      updatedAt: new Date(),
      ...(change.newCode ? { codeVersion: { increment: 1 } } : {}),
    },
    select: { codeVersion: true, tenantId: true },
  });
  const revision = (await newestConfigRevision(db, change.datasetId)) + 1;
  await db.datasetConfigRevision.create({
    data: {
      datasetId: change.datasetId,
      revision,
      codeVersion: row.codeVersion,
      userId: change.userId,
      config: change.config as Prisma.InputJsonObject,
    },
  });
  await notifyChange(db, { tenantId: row.tenantId, datasetId: change.datasetId });
  return { revision, codeVersion: row.codeVersion };
}

export interface ConfigRevision {
  readonly revision: number;
  readonly codeVersion: number;
  readonly userId: string;
  readonly createdAt: number;
  readonly config: JsonObject;
}

/** Null where the tenant's dataset has no such revision. */
export async function getConfigRevision(
  db: Queryable,
  tenantId: string,
  datasetId: string,
  revision: number,
): Promise<ConfigRevision | null> {
  const row = await db.datasetConfigRevision.findFirst({ where: { datasetId, revision, dataset: { tenantId } } });
  return row ? revisionFromRow(row) : null;
}

/** For the system's own loops: changes whenever the configuration does. */
export async function newestConfigRevision(db: Queryable, datasetId: string): Promise<number> {
  const newest = await db.datasetConfigRevision.aggregate({ where: { datasetId }, _max: { revision: true } });
  return newest._max.revision ?? 0;
}

/** Newest first. */
export async function listConfigRevisions(
  db: Queryable,
  query: {
    readonly tenantId: string;
    readonly datasetId: string;
    readonly limit: number;
    readonly cursor?: string | undefined;
  },
): Promise<Page<ConfigRevision>> {
  const before = query.cursor === undefined ? undefined : Number(decodeCursor(query.cursor, ["int"])[0]);
  const rows = await db.datasetConfigRevision.findMany({
    where: {
      datasetId: query.datasetId,
      dataset: { tenantId: query.tenantId },
      ...(before === undefined ? {} : { revision: { lt: before } }),
    },
    orderBy: { revision: "desc" },
    take: query.limit + 1,
  });
  const page = pageOf(rows, query.limit, (row) => [row.revision]);
  return {
    nextCursor: page.nextCursor,
    items: page.items.map(revisionFromRow),
  };
}

function revisionFromRow(row: Prisma.DatasetConfigRevisionGetPayload<Record<string, never>>): ConfigRevision {
  return {
    revision: row.revision,
    codeVersion: row.codeVersion,
    userId: row.userId,
    createdAt: row.createdAt.getTime(),
    config: row.config as JsonObject,
  };
}
