import type { Queryable } from "../database.ts";

/** Tasks, logs, metrics and error index of a dataset; its configuration and usage stay. Call inside a transaction. */
export async function deleteDatasetContents(transaction: Queryable, datasetId: string): Promise<void> {
  await transaction.taskLogLine.deleteMany({ where: { datasetId } });
  await transaction.metricPoint.deleteMany({ where: { datasetId } });
  await transaction.task.deleteMany({ where: { datasetId } });
}
