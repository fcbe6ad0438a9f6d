import { Problem } from "@letsdata/plugin-kit/problems";
import { Prisma, type Queryable } from "../database.ts";
import { decodeCursor, encodeCursor, type Page } from "./cursor.ts";
import { containsPattern } from "./like.ts";
import { storableJson } from "./storable-json.ts";

export const logLevels = { DEBUG: 10, INFO: 20, WARN: 30, ERROR: 40 } as const;
export type LogLevel = keyof typeof logLevels;

/** Names of product.md §10.2. Thread, class, file, line and method are in no line: what prints does not tell them apart from the text. */
export interface LogFields {
  /** Host of the worker. */
  readonly hnm?: string;
  /** The user the worker runs as. */
  readonly unm?: string;
}

export interface NewLogLine {
  readonly datasetId: string;
  readonly taskId: string | null;
  readonly attempt: number | null;
  /** Epoch milliseconds. */
  readonly time: number;
  readonly level: LogLevel;
  readonly source: "ENGINE" | "HANDLER";
  readonly message: string;
  /** What is known of where the line was written. */
  readonly fields?: LogFields;
}

export interface StoredLogLine extends NewLogLine {
  /** Rises with time of arrival. */
  readonly id: string;
}

/** One insert for the whole batch. Characters that PostgreSQL refuses are replaced. Who meters a dataset waits for its commit. */
export async function appendLogLines(db: Queryable, lines: readonly NewLogLine[]): Promise<void> {
  if (lines.length === 0) return;
  const rows = lines.map((line) => ({ ...line, level: logLevels[line.level] }));
  await db.$executeRaw`SELECT letsdata_append_log_lines(${storableJson(rows)}::jsonb)`;
}

export interface ListLogLines {
  readonly tenantId: string;
  readonly datasetId: string;
  readonly taskId?: string | undefined;
  /** Least severe level wanted. */
  readonly level?: LogLevel | undefined;
  readonly text?: string | undefined;
  /** Epoch milliseconds. */
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  readonly limit: number;
  readonly cursor?: string | undefined;
}

/** Newest first. */
export async function listLogLines(db: Queryable, query: ListLogLines): Promise<Page<StoredLogLine>> {
  const parts = [
    Prisma.sql`l.dataset_id = ${query.datasetId}
      AND EXISTS (SELECT 1 FROM dataset d WHERE d.id = l.dataset_id AND d.tenant_id = ${query.tenantId})`,
  ];
  if (query.taskId) parts.push(Prisma.sql`l.task_id = ${query.taskId}`);
  if (query.level) parts.push(Prisma.sql`l.level >= ${logLevels[query.level]}`);
  if (query.text) parts.push(Prisma.sql`lower(l.message) LIKE ${containsPattern(query.text)}`);
  if (query.from !== undefined) parts.push(Prisma.sql`l.time >= ${new Date(query.from)}`);
  if (query.to !== undefined) parts.push(Prisma.sql`l.time < ${new Date(query.to)}`);
  if (query.cursor !== undefined) {
    const [id] = decodeCursor(query.cursor, ["string"]) as [string];
    if (!/^\d{1,18}$/.test(id))
      throw new Problem("REQUEST_INVALID", "The cursor is not one of this list.", { path: "cursor" });
    parts.push(Prisma.sql`l.id < ${id}::bigint`);
  }
  const rows = await db.$queryRaw<LogRow[]>`
    SELECT l.id::text AS id, l.dataset_id, l.task_id, l.attempt, l.time, l.level, l.source, l.message, l.fields
    FROM task_log_line l WHERE ${Prisma.join(parts, " AND ")} ORDER BY l.id DESC LIMIT ${query.limit + 1}`;
  const items = rows.slice(0, query.limit);
  const last = items.at(-1);
  return {
    items: items.map(fromRow),
    nextCursor: rows.length > query.limit && last ? encodeCursor([last.id]) : null,
  };
}

/** Deletes up to `limit` of the lines older than `before` (epoch milliseconds); returns how many. Any number may do so at once. */
export async function deleteLogLinesBefore(db: Queryable, before: number, limit: number): Promise<number> {
  return db.$executeRaw`
    DELETE FROM task_log_line WHERE id IN (
      SELECT id FROM task_log_line WHERE time < ${new Date(before)} ORDER BY time LIMIT ${limit} FOR UPDATE SKIP LOCKED)`;
}

interface LogRow {
  id: string;
  dataset_id: string;
  task_id: string | null;
  attempt: number | null;
  time: Date;
  level: number;
  source: "ENGINE" | "HANDLER";
  message: string;
  fields: LogFields | null;
}

function fromRow(row: LogRow): StoredLogLine {
  const names = Object.keys(logLevels) as LogLevel[];
  return {
    id: row.id,
    datasetId: row.dataset_id,
    taskId: row.task_id,
    attempt: row.attempt,
    time: row.time.getTime(),
    level: names.findLast((name) => logLevels[name] <= row.level) ?? "DEBUG",
    source: row.source,
    message: row.message,
    ...(row.fields ? { fields: row.fields } : {}),
  };
}
