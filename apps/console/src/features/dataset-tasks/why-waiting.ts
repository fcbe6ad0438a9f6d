import type { DatasetStatus, TaskStatus } from "@letsdata/dataset/lifecycle";

/** Why a task that could run does not; null for one that runs or is settled. */
export function whyWaiting(
  status: TaskStatus,
  dataset: { readonly datasetStatus: DatasetStatus; readonly runningTasks: number } | undefined,
  waitsForTasks = 0,
): string | null {
  if (status !== "CREATED" && status !== "QUEUED" && status !== "RERUN") return null;
  if (!dataset) return null;
  if (dataset.datasetStatus !== "PROCESSING")
    return `It waits because the dataset is ${dataset.datasetStatus}: tasks start only in PROCESSING.`;
  if (waitsForTasks > 0)
    return `It waits for ${waitsForTasks === 1 ? "1 mapper" : `${waitsForTasks} mappers`}: the reducer starts when all are COMPLETED.`;
  const others = dataset.runningTasks === 1 ? "1 task runs" : `${dataset.runningTasks} tasks run`;
  const rerun = status === "RERUN" ? "Its last attempt ended at a checkpoint; it goes on from there. " : "";
  return `${rerun}It waits for a free place: ${others} now, and the compute engine's concurrency is the limit.`;
}
