import type { Database } from "@letsdata/database/database";
import { insertPlannedTasks } from "@letsdata/database/stores/task-store";
import { concurrencyOf, memoryMegabytesOf, timeoutSecondsOf } from "@letsdata/dataset/dataset-config";
import type { PlannedTask } from "@letsdata/dataset/initialise";
import { taskTypeOf } from "@letsdata/dataset/task-type";
import type { DatasetContext } from "./dataset-contexts.ts";

/** `plan`: of the initialisation that inserts; null where a dataset that runs gets more tasks. */
export interface PlanPlace {
  readonly firstOrdinal: number;
  readonly plan: string | null;
}

/**
 * Rows of planned tasks in their order; those already there stay as they are. Returns how many were new. Throws LEASE_LOST where
 * another plan has taken this one's place, or the dataset does not run any more.
 */
export function insertPlans(
  database: Database,
  { datasetId, config }: Pick<DatasetContext, "datasetId" | "config">,
  tasks: readonly PlannedTask[],
  { firstOrdinal, plan }: PlanPlace,
): Promise<number> {
  const { computeEngine } = config;
  const computeDefinition = {
    computeEngineType: computeEngine.computeEngineType,
    memoryLimitInMegabytes: memoryMegabytesOf(computeEngine),
    timeoutInSeconds: timeoutSecondsOf(computeEngine),
    concurrency: concurrencyOf(computeEngine),
  };
  return insertPlannedTasks(
    database,
    datasetId,
    computeDefinition,
    tasks.map(({ taskId, position, readerDefinition }, index) => ({
      taskId,
      position,
      ordinal: firstOrdinal + index,
      taskType: taskTypeOf(config, readerDefinition),
      readerDefinition,
    })),
    plan,
  );
}
