import { randomUUID } from "node:crypto";
import { Problem } from "@letsdata/plugin-kit/problems";
import type { Queryable } from "../database.ts";
import { type NewRequest, requestFromRow, type StoredRequest, tryKind } from "./request-store.ts";
import { storableJson } from "./storable-json.ts";

/** A trial may wait so long for a worker, and is over so long after one took it, whoever still works on it. */
export const trySeconds = 60;
/** Results hold people's records: they are forgotten soon. */
export const tryKeptSeconds = 900;
const triesAtOnceOfTenant = 2;

export interface StoredTry extends StoredRequest {
  /** When it is over: epoch milliseconds, {@link trySeconds} behind when it was asked for or, once a worker has it, taken. */
  readonly endsAt: number;
}

/** Throws RATE_LIMITED while the tenant has two under way. */
export async function createTry(db: Queryable, asked: Omit<NewRequest, "datasetId" | "kind">): Promise<StoredRequest> {
  await db.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`try:${asked.tenantId}`}, 0))`;
  const underWay = await db.request.count({
    where: {
      kind: tryKind,
      tenantId: asked.tenantId,
      OR: [
        { status: "PENDING", createdAt: { gt: before(trySeconds) } },
        { status: "RUNNING", updatedAt: { gt: before(trySeconds) } },
      ],
    },
  });
  if (underWay >= triesAtOnceOfTenant) {
    throw new Problem("RATE_LIMITED", `${underWay} trials of your tenant are under way; wait for one or end it.`);
  }
  const id = randomUUID();
  await db.$executeRaw`
    INSERT INTO request (id, tenant_id, dataset_id, user_id, kind, input)
    VALUES (${id}, ${asked.tenantId}, ${id}, ${asked.userId}, ${tryKind}, ${storableJson(asked.input)}::jsonb)`;
  return requestFromRow(await db.request.findUniqueOrThrow({ where: { id } }));
}

/** Null where the tenant has no such trial, or no longer. */
export async function getTry(db: Queryable, tenantId: string, tryId: string): Promise<StoredTry | null> {
  const row = await db.request.findFirst({ where: { id: tryId, tenantId, kind: tryKind } });
  return row ? tryFromRow(row) : null;
}

/** Ends it too: its worker looks whether it is still wanted. False where there was none. */
export async function deleteTry(db: Queryable, tenantId: string, tryId: string): Promise<boolean> {
  const { count } = await db.request.deleteMany({ where: { id: tryId, tenantId, kind: tryKind } });
  return count > 0;
}

/**
 * For the worker: its time begins. Null when it was ended, is over, or nobody will wait for it any more. One whose worker was lost begins again
 * within the time it may wait, so it is over within twice {@link trySeconds} whatever happens.
 */
export async function takeTry(db: Queryable, tryId: string): Promise<StoredTry | null> {
  const { count } = await db.request.updateMany({
    where: { id: tryId, kind: tryKind, status: { in: ["PENDING", "RUNNING"] }, createdAt: { gt: before(trySeconds) } },
    data: { status: "RUNNING", updatedAt: new Date() },
  });
  if (count === 0) return null;
  const row = await db.request.findUnique({ where: { id: tryId } });
  return row ? tryFromRow(row) : null;
}

/** For the worker. */
export async function isTryWanted(db: Queryable, tryId: string): Promise<boolean> {
  return (await db.request.count({ where: { id: tryId, kind: tryKind } })) > 0;
}

/** For the worker; one that was ended meanwhile stays forgotten. */
export async function finishTry(
  db: Queryable,
  tryId: string,
  status: "SUCCEEDED" | "FAILED",
  result: Readonly<Record<string, unknown>>,
): Promise<void> {
  await db.$executeRaw`
    UPDATE request SET status = ${status}, result = ${storableJson(result)}::jsonb, ended_at = now(), updated_at = now()
    WHERE id = ${tryId} AND kind = ${tryKind}`;
}

/** For the worker. */
export async function forgetTry(db: Queryable, tryId: string): Promise<void> {
  await db.request.deleteMany({ where: { id: tryId, kind: tryKind } });
}

function tryFromRow(row: Parameters<typeof requestFromRow>[0]): StoredTry {
  const began = row.status === "RUNNING" ? row.updatedAt : row.createdAt;
  return { ...requestFromRow(row), endsAt: began.getTime() + trySeconds * 1_000 };
}

function before(seconds: number): Date {
  return new Date(Date.now() - seconds * 1_000);
}
