import { randomUUID } from "node:crypto";
import { Prisma, type Queryable } from "../database.ts";
import { decodeCursor, type Page, pageOf } from "./cursor.ts";

export type RequestStatus = "PENDING" | "RUNNING" | "SUCCEEDED" | "FAILED";

/** The kind of a trial, which has no dataset: its request goes under its own id. */
export const tryKind = "try";

const openStatuses: readonly RequestStatus[] = ["PENDING", "RUNNING"];

/** A long operation somebody asked for; times in epoch milliseconds. */
export interface StoredRequest {
  readonly requestId: string;
  readonly tenantId: string;
  readonly datasetId: string;
  readonly userId: string;
  readonly kind: string;
  readonly status: RequestStatus;
  readonly input: Readonly<Record<string, unknown>>;
  readonly result: Readonly<Record<string, unknown>> | null;
  readonly createdAt: number;
  readonly endedAt: number | null;
}

export interface NewRequest {
  readonly tenantId: string;
  readonly datasetId: string;
  readonly userId: string;
  readonly kind: string;
  readonly input: Readonly<Record<string, unknown>>;
}

/** PENDING. */
export async function createRequest(db: Queryable, request: NewRequest): Promise<StoredRequest> {
  const row = await db.request.create({
    data: { ...request, id: randomUUID(), input: request.input as Prisma.InputJsonValue },
  });
  return requestFromRow(row);
}

/** For the worker: the id comes from its own queue. */
export async function requestById(db: Queryable, requestId: string): Promise<StoredRequest | null> {
  const row = await db.request.findUnique({ where: { id: requestId } });
  return row ? requestFromRow(row) : null;
}

/** Neither SUCCEEDED nor FAILED. */
export function isOpenRequest({ status }: Pick<StoredRequest, "status">): boolean {
  return openStatuses.includes(status);
}

/** For the worker: requests of all tenants about datasets that have not ended, page by page. */
export async function* openRequests(db: Queryable, pageSize = 500): AsyncGenerator<StoredRequest> {
  let after = "";
  for (;;) {
    const rows = await db.request.findMany({
      where: { id: { gt: after }, kind: { not: tryKind }, status: { in: [...openStatuses] } },
      orderBy: { id: "asc" },
      take: pageSize,
    });
    for (const row of rows) yield requestFromRow(row);
    const last = rows.at(-1);
    if (!last || rows.length < pageSize) return;
    after = last.id;
  }
}

/** For the worker: RUNNING from now on; null where it has ended already, or is gone. */
export async function startRequest(db: Queryable, requestId: string): Promise<StoredRequest | null> {
  const [row] = await db.request.updateManyAndReturn({
    where: { id: requestId, status: { in: [...openStatuses] } },
    data: { status: "RUNNING", updatedAt: new Date() },
  });
  return row ? requestFromRow(row) : null;
}

/** For the worker: the id comes from its own queue. Null where the request has ended already: it stays as it is. */
export async function updateRequest(
  db: Queryable,
  requestId: string,
  change: { readonly status: RequestStatus; readonly result?: Readonly<Record<string, unknown>> | null },
): Promise<StoredRequest | null> {
  const ended = change.status === "SUCCEEDED" || change.status === "FAILED";
  const [row] = await db.request.updateManyAndReturn({
    where: { id: requestId, status: { in: [...openStatuses] } },
    data: {
      status: change.status,
      updatedAt: new Date(),
      ...(ended ? { endedAt: new Date() } : {}),
      ...(change.result === undefined
        ? {}
        : { result: change.result === null ? Prisma.DbNull : (change.result as Prisma.InputJsonValue) }),
    },
  });
  return row ? requestFromRow(row) : null;
}

export async function getRequest(
  db: Queryable,
  tenantId: string,
  datasetId: string,
  requestId: string,
): Promise<StoredRequest | null> {
  const row = await db.request.findFirst({ where: { id: requestId, tenantId, datasetId } });
  return row ? requestFromRow(row) : null;
}

/** Newest first. */
export async function listRequests(
  db: Queryable,
  query: {
    readonly tenantId: string;
    readonly datasetId: string;
    readonly limit: number;
    readonly cursor?: string | undefined;
  },
): Promise<Page<StoredRequest>> {
  const conditions: Prisma.RequestWhereInput[] = [{ tenantId: query.tenantId, datasetId: query.datasetId }];
  if (query.cursor !== undefined) {
    const [time, id] = decodeCursor(query.cursor, ["time", "string"]) as [number, string];
    const at = new Date(time);
    conditions.push({ OR: [{ createdAt: { lt: at } }, { createdAt: at, id: { lt: id } }] });
  }
  const rows = await db.request.findMany({
    where: { AND: conditions },
    orderBy: [{ createdAt: "desc" }, { id: "desc" }],
    take: query.limit + 1,
  });
  const page = pageOf(rows, query.limit, (row) => [row.createdAt.getTime(), row.id]);
  return { items: page.items.map(requestFromRow), nextCursor: page.nextCursor };
}

type Row = Prisma.RequestGetPayload<Record<string, never>>;

export function requestFromRow(row: Row): StoredRequest {
  return {
    requestId: row.id,
    tenantId: row.tenantId,
    datasetId: row.datasetId,
    userId: row.userId,
    kind: row.kind,
    status: row.status as RequestStatus,
    input: row.input as Record<string, unknown>,
    result: row.result as Record<string, unknown> | null,
    createdAt: row.createdAt.getTime(),
    endedAt: row.endedAt?.getTime() ?? null,
  };
}
