import type { TaskStatus } from "@letsdata/dataset/lifecycle";
import { Prisma, type Queryable } from "../database.ts";
import { decodeCursor, encodeCursor, type Page } from "./cursor.ts";

export interface StoredErrorFile {
  readonly id: string;
  readonly taskId: string;
  readonly key: string;
  readonly records: number;
  readonly bytes: number;
  /** Epoch milliseconds. */
  readonly createdAt: number;
}

export interface TaskErrorFiles {
  readonly taskId: string;
  readonly ordinal: number;
  readonly taskStatus: TaskStatus;
  readonly numberOfErrors: number;
  /** Newest first, at most `filesPerTask`. */
  readonly files: readonly StoredErrorFile[];
}

export interface ListErrorFiles {
  readonly tenantId: string;
  readonly datasetId: string;
  readonly taskId?: string | undefined;
  readonly filesPerTask?: number | undefined;
  readonly limit: number;
  readonly cursor?: string | undefined;
}

/** Tasks that have error files, by place in the plan, each with its newest files. */
export async function listErrorFiles(db: Queryable, query: ListErrorFiles): Promise<Page<TaskErrorFiles>> {
  const parts = [Prisma.sql`t.dataset_id = ${query.datasetId} AND t.tenant_id = ${query.tenantId}`];
  if (query.taskId) parts.push(Prisma.sql`t.id = ${query.taskId}`);
  if (query.cursor !== undefined) {
    const [ordinal, id] = decodeCursor(query.cursor, ["int", "string"]) as [number, string];
    parts.push(Prisma.sql`(t.ordinal, t.id) > (${ordinal}::int, ${id})`);
  }
  const rows = await db.$queryRaw<{ errors: TaskErrorFiles }[]>`
    SELECT jsonb_build_object('taskId', page.id, 'ordinal', page.ordinal, 'taskStatus', page.status,
      'numberOfErrors', page.records_errored, 'files', (
        SELECT jsonb_agg(letsdata_error_file_json(f) ORDER BY f.id DESC)
        FROM (SELECT * FROM error_file WHERE dataset_id = ${query.datasetId} AND task_id = page.id
              ORDER BY id DESC LIMIT ${query.filesPerTask ?? 100}) f)) AS errors
    FROM (
      SELECT t.id, t.ordinal, t.status, t.records_errored FROM task t
      WHERE ${Prisma.join(parts, " AND ")}
        AND EXISTS (SELECT 1 FROM error_file e WHERE e.dataset_id = t.dataset_id AND e.task_id = t.id)
      ORDER BY t.ordinal, t.id LIMIT ${query.limit + 1}) page
    ORDER BY page.ordinal, page.id`;
  const items = rows.slice(0, query.limit).map((row) => row.errors);
  const last = items.at(-1);
  return {
    items,
    nextCursor: rows.length > query.limit && last ? encodeCursor([last.ordinal, last.taskId]) : null,
  };
}

/** A registered file by its key or id; null where the tenant's dataset has none. */
export async function findErrorFile(
  db: Queryable,
  tenantId: string,
  datasetId: string,
  keyOrId: string,
): Promise<StoredErrorFile | null> {
  const [row] = await db.$queryRaw<{ file: StoredErrorFile }[]>`
    SELECT letsdata_error_file_json(f) AS file FROM error_file f JOIN dataset d ON d.id = f.dataset_id
    WHERE f.dataset_id = ${datasetId} AND d.tenant_id = ${tenantId} AND (f.key = ${keyOrId} OR f.id::text = ${keyOrId})
    LIMIT 1`;
  return row?.file ?? null;
}
