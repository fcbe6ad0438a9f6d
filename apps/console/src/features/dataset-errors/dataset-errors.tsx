"use client";
import type { ErrorFileDto, TaskErrorsDto } from "@letsdata/api/contract/error-dto";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { X } from "lucide-react";
import { api } from "../../api/api.ts";
import { cursorOf, Pager } from "../../table/pager.tsx";
import { useUrlState } from "../../table/url-state.ts";
import { Button } from "../../ui/button.tsx";
import { RelativeTime } from "../../ui/clock.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { formatBytes, formatCount } from "../../ui/format.ts";
import { ProblemPanel } from "../../ui/problem-panel.tsx";
import { Skeleton } from "../../ui/skeleton.tsx";
import { TaskStatusMark } from "../../ui/status.tsx";
import { ErrorRecords } from "./error-records.tsx";

/** Tasks with error records, their files, and the records of the file that is open. */
export function DatasetErrors({ reference }: { readonly reference: string }) {
  const url = useUrlState();
  const taskId = url.get("task");
  const cursor = cursorOf(url);
  const list = useQuery({
    ...api.errors.list.queryOptions({
      input: { dataset: reference, ...(taskId ? { taskId } : {}), ...(cursor ? { cursor } : {}) },
    }),
    placeholderData: keepPreviousData,
  });
  const tasks = list.data?.items;
  const file = url.get("file") || tasks?.[0]?.files[0]?.file || "";
  if (list.isError && !tasks) {
    return (
      <div className="px-4 py-6 md:px-8">
        <ProblemPanel thrown={list.error} onRetry={() => void list.refetch()} />
      </div>
    );
  }
  if (tasks?.length === 0) {
    return taskId ? (
      <EmptyState
        title="This task has no error records"
        action={<Button onClick={() => url.set({ task: null, file: null })}>Show all tasks</Button>}
      >
        Task <span className="figures break-all">{taskId}</span>
      </EmptyState>
    ) : (
      <EmptyState title="No error records">
        Every record so far became a document or was skipped by the handler.
      </EmptyState>
    );
  }
  return (
    <div className="grid flex-1 lg:grid-cols-[20rem_minmax(0,1fr)]">
      <nav aria-label="Error files" className="border-line lg:border-r">
        {taskId ? (
          <p className="flex items-center gap-2 px-4 pt-3 text-[13px] md:px-8">
            One task
            <Button size="small" onClick={() => url.set({ task: null, file: null, cursor: null })}>
              <X aria-hidden />
              Show all
            </Button>
          </p>
        ) : null}
        {tasks ? (
          <ul className="max-h-80 overflow-y-auto py-2 lg:max-h-none">
            {tasks.map((task) => (
              <TaskFiles
                key={task.taskId}
                task={task}
                open={file}
                onOpen={(chosen) => url.set({ file: chosen.file, error: null, code: null })}
              />
            ))}
          </ul>
        ) : (
          <Skeleton className="m-4 h-40 md:mx-8" />
        )}
        {tasks ? <Pager url={url} nextCursor={list.data?.nextCursor} shown={tasks.length} noun="tasks" /> : null}
      </nav>
      <div className="min-w-0 border-t border-line lg:border-t-0">
        {file ? <ErrorRecords key={file} reference={reference} file={file} /> : <Skeleton className="m-8 h-64" />}
      </div>
    </div>
  );
}

function TaskFiles({
  task,
  open,
  onOpen,
}: {
  readonly task: TaskErrorsDto;
  readonly open: string;
  readonly onOpen: (file: ErrorFileDto) => void;
}) {
  return (
    <li className="px-2 pb-3 md:px-6">
      <p className="flex items-center justify-between gap-2 px-2 py-1">
        <span className="figures truncate" title={task.taskId}>
          {task.taskId.slice(0, 10)}
        </span>
        <span className="flex items-center gap-3 text-[13px]">
          <span className="text-bad">
            <span className="figures">{formatCount(task.numberOfErrors)}</span>{" "}
            {task.numberOfErrors === 1 ? "error" : "errors"}
          </span>
          <TaskStatusMark status={task.taskStatus} />
        </span>
      </p>
      <ul>
        {task.files.map((file) => (
          <li key={file.file}>
            <button
              type="button"
              aria-current={open === file.file ? "true" : undefined}
              onClick={() => onOpen(file)}
              title={file.key}
              className={`block w-full rounded-md px-2 py-1.5 text-left text-[13px] hover:bg-hover ${open === file.file ? "bg-selected" : ""}`}
            >
              <span className="figures block truncate">{file.key.split("/").at(-1)}</span>
              <span className="text-ink-soft">
                {formatCount(file.records)} records · {formatBytes(file.bytes)} ·{" "}
                <RelativeTime time={file.createDatetime} />
              </span>
            </button>
          </li>
        ))}
      </ul>
    </li>
  );
}
