import type { Prisma, Queryable } from "../database.ts";

export interface AuditEntry {
  readonly tenantId: string;
  readonly userId: string;
  /** Such as `datasets.create`. */
  readonly action: string;
  /** Id of what was changed. */
  readonly target: string;
  readonly details?: Readonly<Record<string, unknown>>;
}

export async function writeAudit(db: Queryable, entry: AuditEntry): Promise<void> {
  const { details, ...columns } = entry;
  await db.auditEntry.create({
    data: { ...columns, ...(details ? { details: details as Prisma.InputJsonValue } : {}) },
  });
}
