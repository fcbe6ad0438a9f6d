import { createHash } from "node:crypto";
import { Problem } from "@letsdata/plugin-kit/problems";
import { type Database, inTransaction, type Prisma, type Queryable } from "../database.ts";

const keptHours = 24;

export interface IdempotentCall {
  readonly tenantId: string;
  /** The client's Idempotency-Key; undefined = just do it. */
  readonly key: string | undefined;
  /** Operation and body: the same key with another one is refused. */
  readonly request: unknown;
}

/**
 * Does `work` in one transaction at most once per key within 24 hours and answers a repeat with the first answer.
 * A repeat at the same moment waits for the first. Throws IDEMPOTENCY_KEY_REUSED. Work that throws leaves no trace.
 */
export async function withIdempotencyKey<Answer>(
  db: Database,
  call: IdempotentCall,
  work: (transaction: Queryable) => Promise<Answer>,
): Promise<Answer> {
  const { tenantId, key } = call;
  if (key === undefined) return inTransaction(db, work);
  const requestHash = createHash("sha256")
    .update(JSON.stringify(call.request) ?? "")
    .digest("hex");
  return inTransaction(db, async (transaction) => {
    await transaction.$executeRaw`
      DELETE FROM idempotency_key
      WHERE tenant_id = ${tenantId} AND key = ${key} AND created_at < now() - make_interval(hours => ${keptHours}::int)`;
    const claimed = await transaction.$executeRaw`
      INSERT INTO idempotency_key (tenant_id, key, request_hash) VALUES (${tenantId}, ${key}, ${requestHash})
      ON CONFLICT DO NOTHING`;
    const where = { tenantId_key: { tenantId, key } };
    if (claimed === 0) {
      const first = await transaction.idempotencyKey.findUniqueOrThrow({ where });
      if (first.requestHash !== requestHash) {
        throw new Problem("IDEMPOTENCY_KEY_REUSED", "This Idempotency-Key was used for another request.");
      }
      return first.response as Answer;
    }
    const answer = await work(transaction);
    await transaction.idempotencyKey.update({ where, data: { response: answer as Prisma.InputJsonValue } });
    return answer;
  });
}

/** Deletes up to `limit` of the keys whose time is over; returns how many. Any number may do so at once. */
export async function deleteOldIdempotencyKeys(db: Queryable, limit: number): Promise<number> {
  return db.$executeRaw`
    DELETE FROM idempotency_key WHERE (tenant_id, key) IN (
      SELECT tenant_id, key FROM idempotency_key WHERE created_at < now() - make_interval(hours => ${keptHours}::int)
      ORDER BY created_at LIMIT ${limit} FOR UPDATE SKIP LOCKED)`;
}
