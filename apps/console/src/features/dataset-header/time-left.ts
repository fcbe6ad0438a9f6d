import type { DatasetViewDto } from "@letsdata/api/contract/dataset-dto";

/** Milliseconds until the tasks are done at the pace of this run; null while that cannot be said. */
export function timeLeft(
  dataset: Pick<DatasetViewDto, "datasetProgress" | "executionLogs" | "datasetStatus">,
  now: number,
): number | null {
  const { totalTasks, completedTasks, errorTasks } = dataset.datasetProgress;
  const run = dataset.executionLogs.at(-1);
  const settled = completedTasks + errorTasks;
  if (
    dataset.datasetStatus !== "PROCESSING" ||
    !run ||
    run.endDatetime !== null ||
    settled === 0 ||
    settled >= totalTasks
  )
    return null;
  // A second run starts with tasks already settled: its own pace is not known from these totals.
  if (dataset.executionLogs.length > 1) return null;
  return ((now - run.startDatetime) / settled) * (totalTasks - settled);
}
