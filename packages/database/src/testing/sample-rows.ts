import { randomBytes, randomUUID } from "node:crypto";
import { taskIdOf } from "@letsdata/dataset/task-id";
import { type Counts, noCounts } from "@letsdata/pipeline/ports";
import { type Database, inTransaction, type Queryable } from "../database.ts";
import { createDataset, type StoredDataset, transitionDataset } from "../stores/dataset-store.ts";
import { beginPlan, finishPlan } from "../stores/initial-plan.ts";
import { insertPlannedTasks, type PlannedTask } from "../stores/task-store.ts";

export async function sampleTenant(db: Queryable): Promise<string> {
  const id = randomUUID();
  await db.organization.create({ data: { id, name: `Tenant ${id}`, slug: id } });
  return id;
}

export async function sampleDataset(
  db: Queryable,
  tenantId: string,
  options: { readonly concurrency?: number; readonly name?: string } = {},
): Promise<StoredDataset> {
  return createDataset(db, {
    datasetId: randomBytes(16).toString("hex"),
    tenantId,
    userId: randomUUID(),
    name: options.name ?? `D${randomBytes(6).toString("hex")}`,
    config: { datasetName: "sample" },
    concurrency: options.concurrency ?? 10,
    createdAt: Date.now(),
  });
}

export const sampleCompute = { timeoutInSeconds: 300 };

export function samplePlans(datasetId: string, count: number, from = 0): PlannedTask[] {
  return Array.from({ length: count }, (_, index) => ({
    taskId: taskIdOf(datasetId, String(from + index)),
    ordinal: from + index,
    position: String(from + index),
    taskType: "READER" as const,
    readerDefinition: { key: `logs/file-${from + index}.gz` },
  }));
}

/** A dataset in PROCESSING with `tasks` waiting tasks. */
export async function processingDataset(
  db: Database,
  tenantId: string,
  options: { readonly tasks: number; readonly concurrency?: number },
): Promise<StoredDataset> {
  const dataset = await sampleDataset(db, tenantId, options);
  await beginSamplePlan(db, dataset.datasetId);
  for (let from = 0; from < options.tasks; from += 1000) {
    await insertPlannedTasks(
      db,
      dataset.datasetId,
      sampleCompute,
      samplePlans(dataset.datasetId, Math.min(1000, options.tasks - from), from),
      samplePlan,
    );
  }
  await startProcessing(db, dataset.datasetId);
  return dataset;
}

/** A dataset in PROCESSING with `mappers` waiting mappers and the reducer that follows them. */
export async function sparkDataset(
  db: Database,
  tenantId: string,
  options: { readonly mappers: number; readonly concurrency?: number },
): Promise<StoredDataset & { readonly reducerId: string }> {
  const dataset = await sampleDataset(db, tenantId, options);
  const { datasetId } = dataset;
  const reducerId = taskIdOf(datasetId, "reducer");
  await beginSamplePlan(db, datasetId);
  const mappers = samplePlans(datasetId, options.mappers).map((plan) => ({
    ...plan,
    taskType: "SPARK_MAPPER" as const,
  }));
  const reducer = {
    taskId: reducerId,
    ordinal: options.mappers,
    position: "reducer",
    taskType: "SPARK_REDUCER" as const,
    readerDefinition: { sparkStep: "reducer", lines: options.mappers },
  };
  await insertPlannedTasks(db, datasetId, sampleCompute, [...mappers, reducer], samplePlan);
  await startProcessing(db, datasetId);
  return { ...dataset, reducerId };
}

const samplePlan = "sample";

async function beginSamplePlan(db: Database, datasetId: string): Promise<void> {
  await transitionDataset(db, datasetId, "initialise");
  await beginPlan(db, datasetId, samplePlan, new AbortController().signal);
}

async function startProcessing(db: Database, datasetId: string): Promise<void> {
  await inTransaction(db, async (transaction) => {
    await finishPlan(transaction, datasetId, samplePlan);
    await transitionDataset(transaction, datasetId, "planned");
  });
}

/** Counts that balance, all of them written. */
export function written(records: number): Counts {
  return {
    ...noCounts,
    recordsRead: records,
    documentsWritten: records,
    bytesRead: records * 10,
    bytesWritten: records * 12,
  };
}
