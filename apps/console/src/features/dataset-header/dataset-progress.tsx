"use client";
import type { DatasetViewDto } from "@letsdata/api/contract/dataset-dto";
import type { ReactNode } from "react";
import { Elapsed, useNow } from "../../ui/clock.tsx";
import { formatBytes, formatCount, formatDuration } from "../../ui/format.ts";
import { ProgressBar } from "../../ui/progress-bar.tsx";
import { timeLeft } from "./time-left.ts";

/** The bar, and the same in figures: done, errored, running, waiting, rate, time. */
export function DatasetProgress({ dataset }: { readonly dataset: DatasetViewDto }) {
  const now = useNow();
  const { totalTasks, completedTasks, errorTasks, runningTasks, waitingTasks } = dataset.datasetProgress;
  const run = dataset.executionLogs.at(-1);
  const left = now === null ? null : timeLeft(dataset, now);
  return (
    <div className="max-w-4xl space-y-2">
      <ProgressBar progress={dataset.datasetProgress} label={`Progress of ${dataset.datasetName}`} />
      <dl className="flex flex-wrap gap-x-5 gap-y-1 text-[13px]">
        <Figure name="done" dot="bg-good-fill">
          {formatCount(completedTasks)}
        </Figure>
        <Figure name="errored" dot="bg-bad-fill">
          {formatCount(errorTasks)}
        </Figure>
        <Figure name="running" dot="bg-busy-fill">
          {formatCount(runningTasks)}
        </Figure>
        <Figure name="waiting" dot="bg-line">
          {formatCount(waitingTasks)}
        </Figure>
        <Figure name="tasks in all">{formatCount(totalTasks)}</Figure>
        {dataset.rate ? (
          <>
            <Figure name="records/s">{formatCount(Math.round(dataset.rate.recordsPerSecond))}</Figure>
            <Figure name="/s read">{formatBytes(dataset.rate.bytesPerSecond)}</Figure>
          </>
        ) : null}
        {run ? (
          <Figure name={run.endDatetime === null ? "so far" : "last run"}>
            <Elapsed from={run.startDatetime} to={run.endDatetime} />
          </Figure>
        ) : null}
        {left === null ? null : <Figure name="left at this pace">{formatDuration(left)}</Figure>}
      </dl>
    </div>
  );
}

function Figure({
  name,
  dot,
  children,
}: {
  readonly name: string;
  readonly dot?: string;
  readonly children: ReactNode;
}) {
  return (
    <div className="flex flex-row-reverse items-center gap-1">
      <dt className="text-ink-soft">{name}</dt>
      <dd className="figures font-medium [word-spacing:-0.3em]">{children}</dd>
      {dot ? <span aria-hidden className={`mr-0.5 size-2 rounded-full ${dot}`} /> : null}
    </div>
  );
}
