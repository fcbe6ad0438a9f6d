"use client";
import type { TaskDto } from "@letsdata/api/contract/task-dto";
import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import type { ReactNode } from "react";
import { api } from "../../api/api.ts";
import { useDataset } from "../../live/use-live-dataset.ts";
import { AbsoluteTime, Elapsed } from "../../ui/clock.tsx";
import { CodeBlock } from "../../ui/code-block.tsx";
import { CopyableText } from "../../ui/copy-button.tsx";
import { SidePanel } from "../../ui/dialog.tsx";
import { formatBytes, formatCount } from "../../ui/format.ts";
import { ProblemPanel } from "../../ui/problem-panel.tsx";
import { Skeleton } from "../../ui/skeleton.tsx";
import { TaskStatusMark } from "../../ui/status.tsx";
import { whyWaiting } from "./why-waiting.ts";

/** One task beside the list: everything that is known of it. */
export function TaskPanel({
  reference,
  taskId,
  onClose,
}: {
  readonly reference: string;
  readonly taskId: string;
  readonly onClose: () => void;
}) {
  const query = useQuery({
    ...api.tasks.view.queryOptions({ input: { dataset: reference, taskId } }),
    enabled: taskId !== "",
  });
  return (
    <SidePanel open={taskId !== ""} onOpenChange={(open) => !open && onClose()} title="Task">
      {query.isError ? (
        <ProblemPanel thrown={query.error} onRetry={() => void query.refetch()} />
      ) : query.data ? (
        <TaskView task={query.data} reference={reference} />
      ) : (
        <Skeleton className="h-80" />
      )}
    </SidePanel>
  );
}

function TaskView({ task, reference }: { readonly task: TaskDto; readonly reference: string }) {
  const { data: dataset } = useDataset(reference);
  const waiting = whyWaiting(
    task.taskStatus,
    dataset && { datasetStatus: dataset.datasetStatus, runningTasks: dataset.datasetProgress.runningTasks },
    task.waitsForTasks,
  );
  const progress = task.taskProgress;
  return (
    <div className="space-y-6">
      <div className="space-y-2">
        <div className="flex flex-wrap items-center gap-x-4">
          <TaskStatusMark status={task.taskStatus} />
          <CopyableText value={task.taskId} label="Copy task id" />
        </div>
        {waiting ? <p className="text-ink-soft">{waiting}</p> : null}
        {task.stopReason ? <p className="text-ink-soft">Stopped: {task.stopReason}</p> : null}
        {task.lastError ? (
          <div className="rounded-md border border-line bg-bad-wash px-3 py-2">
            <p className="break-words">{task.lastError.message}</p>
            <p className="text-[13px] text-ink-soft">
              <span className="figures">{task.lastError.code}</span> · <AbsoluteTime time={task.lastError.time} />
            </p>
            {task.lastError.details ? (
              <details className="pt-1 text-[13px]">
                <summary className="w-fit cursor-pointer text-accent">Stack of the handler</summary>
                <div className="pt-2">
                  <CodeBlock label="Stack of the handler" value={task.lastError.details} maxHeight={240} />
                </div>
              </details>
            ) : null}
          </div>
        ) : null}
      </div>
      <dl className="grid grid-cols-2 gap-x-6 gap-y-2 sm:grid-cols-3">
        <Fact name="Records read">{formatCount(progress.recordsRead)}</Fact>
        <Fact name="Documents written">{formatCount(progress.documentsWritten)}</Fact>
        <Fact name="Skipped">{formatCount(progress.recordsSkipped)}</Fact>
        <Fact name="Errored">
          {task.numberOfErrors > 0 ? (
            <Link
              className="text-accent hover:underline"
              href={`/datasets/${encodeURIComponent(reference)}/errors?task=${task.taskId}`}
            >
              {formatCount(progress.recordsErrored)}, see records
            </Link>
          ) : (
            formatCount(progress.recordsErrored)
          )}
        </Fact>
        <Fact name="Read">{formatBytes(progress.bytesRead)}</Fact>
        <Fact name="Written">{formatBytes(progress.bytesWritten)}</Fact>
        <Fact name="Type">{task.taskType}</Fact>
        {task.workerId ? <Fact name="Worker">{task.workerId}</Fact> : null}
      </dl>
      <section className="space-y-2">
        <h3 className="font-medium">Attempts</h3>
        {task.taskExecutionLogs.length === 0 ? (
          <p className="text-ink-soft">None yet.</p>
        ) : (
          <ol className="divide-y divide-line border-y border-line text-[13px]">
            {[...task.taskExecutionLogs].reverse().map((log) => (
              <li key={log.attempt} className="flex flex-wrap items-center gap-x-4 py-1.5">
                <span className="figures">{log.attempt}</span>
                <AbsoluteTime time={log.startDatetime} />
                <Elapsed from={log.startDatetime} to={log.endDatetime} />
                <span>{log.outcome ?? "running"}</span>
                <span className="text-ink-soft">code version {log.codeVersion}</span>
              </li>
            ))}
          </ol>
        )}
      </section>
      <CodeBlock
        label="Checkpoint"
        value={task.taskCheckpoint ? JSON.stringify(task.taskCheckpoint, null, 2) : "none yet"}
      />
      <CodeBlock label="Reader definition" value={JSON.stringify(task.readerDefinition, null, 2)} />
      <CodeBlock label="Compute definition" value={JSON.stringify(task.computeDefinition, null, 2)} />
      <CodeBlock label="Task JSON" value={JSON.stringify(task, null, 2)} fileName={`${task.taskId}.json`} />
    </div>
  );
}

function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <div className="min-w-0">
      <dt className="text-[13px] text-ink-soft">{name}</dt>
      <dd className="figures break-words">{children}</dd>
    </div>
  );
}
