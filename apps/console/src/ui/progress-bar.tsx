import type { DatasetSummaryDto } from "@letsdata/api/contract/dataset-dto";
import { formatCount } from "./format.ts";

type Progress = DatasetSummaryDto["datasetProgress"];

/** Tasks done, errored and running, out of all; says the same in words. */
export function ProgressBar({ progress, label }: { readonly progress: Progress; readonly label: string }) {
  const { totalTasks, completedTasks, errorTasks, runningTasks } = progress;
  const share = (tasks: number) => `${totalTasks === 0 ? 0 : (tasks / totalTasks) * 100}%`;
  const settled = completedTasks + errorTasks;
  const words = `${formatCount(completedTasks)} of ${formatCount(totalTasks)} tasks done, ${formatCount(errorTasks)} errored, ${formatCount(runningTasks)} running`;
  return (
    <div
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={Math.max(1, totalTasks)}
      aria-valuenow={settled}
      aria-valuetext={words}
      title={words}
      className="flex h-1.5 w-full min-w-16 overflow-hidden rounded-sm bg-line [&>span]:transition-[width] [&>span]:duration-500"
    >
      <span className="bg-good-fill" style={{ width: share(completedTasks) }} />
      <span className="bg-bad-fill" style={{ width: share(errorTasks) }} />
      <span className="bg-busy-fill" style={{ width: share(runningTasks) }} />
    </div>
  );
}
