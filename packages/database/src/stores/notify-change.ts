import type { Queryable } from "../database.ts";

/** Tells listeners, when the transaction commits, that the dataset changed (see changes.ts). */
export async function notifyChange(
  db: Queryable,
  dataset: { readonly tenantId: string; readonly datasetId: string },
): Promise<void> {
  await db.$executeRaw`SELECT pg_notify('dataset_changed', ${`${dataset.tenantId}:${dataset.datasetId}`})`;
}
