import type { Prisma, Queryable } from "../database.ts";
import { decodeCursor, type Page, pageOf } from "./cursor.ts";

export type BilledStatus = "UNBILLED" | "SUBMITTED" | "BILLED" | "NOT_BILLABLE";

/** product.md §10.3; times in epoch milliseconds. */
export interface UsageRecord {
  readonly usageId: string;
  readonly tenantId: string;
  readonly datasetId: string | null;
  readonly taskId: string | null;
  readonly resourceType: string;
  readonly resource: string;
  readonly eventStartTime: number;
  readonly eventEndTime: number;
  readonly meteringDimension: string;
  readonly meteringUnit: string;
  readonly meteringValue: number;
  readonly billedStatus: BilledStatus;
}

/** Records already there (same `usageId`) stay as they are. Returns how many were new. */
export async function addUsage(db: Queryable, records: readonly UsageRecord[]): Promise<number> {
  if (records.length === 0) return 0;
  const { count } = await db.usageRecord.createMany({
    data: records.map((record) => ({
      ...record,
      eventStartTime: new Date(record.eventStartTime),
      eventEndTime: new Date(record.eventEndTime),
    })),
    skipDuplicates: true,
  });
  return count;
}

export interface ListUsage {
  readonly tenantId: string;
  readonly datasetId?: string | undefined;
  readonly resourceType?: string | undefined;
  /** Epoch milliseconds, of `eventStartTime`; `to` exclusive. */
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  readonly limit: number;
  readonly cursor?: string | undefined;
}

/** Newest first. */
export async function listUsage(db: Queryable, query: ListUsage): Promise<Page<UsageRecord>> {
  const conditions: Prisma.UsageRecordWhereInput[] = [{ tenantId: query.tenantId }];
  if (query.datasetId) conditions.push({ datasetId: query.datasetId });
  if (query.resourceType) conditions.push({ resourceType: query.resourceType });
  if (query.from !== undefined) conditions.push({ eventStartTime: { gte: new Date(query.from) } });
  if (query.to !== undefined) conditions.push({ eventStartTime: { lt: new Date(query.to) } });
  if (query.cursor !== undefined) {
    const [time, usageId] = decodeCursor(query.cursor, ["time", "string"]) as [number, string];
    const at = new Date(time);
    conditions.push({ OR: [{ eventStartTime: { lt: at } }, { eventStartTime: at, usageId: { lt: usageId } }] });
  }
  const rows = await db.usageRecord.findMany({
    where: { AND: conditions },
    orderBy: [{ eventStartTime: "desc" }, { usageId: "desc" }],
    take: query.limit + 1,
  });
  const page = pageOf(rows, query.limit, (row) => [row.eventStartTime.getTime(), row.usageId]);
  return {
    nextCursor: page.nextCursor,
    items: page.items.map((row) => ({
      ...row,
      eventStartTime: row.eventStartTime.getTime(),
      eventEndTime: row.eventEndTime.getTime(),
      billedStatus: row.billedStatus as BilledStatus,
    })),
  };
}
