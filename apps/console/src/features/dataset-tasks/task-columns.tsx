import type { TaskDto } from "@letsdata/api/contract/task-dto";
import { briefAttributes, briefReaderDefinition } from "@letsdata/dataset/brief-definition";
import type { Column } from "../../table/data-table.tsx";
import { Elapsed } from "../../ui/clock.tsx";
import { formatCount } from "../../ui/format.ts";
import { TaskStatusMark } from "../../ui/status.tsx";

interface BriefProps {
  readonly value: Readonly<Record<string, unknown>> | null;
  readonly none: string;
  readonly brief?: (value: Readonly<Record<string, unknown>>) => string;
}

/** A line of it; the whole on hover, and in the task's panel. */
function Brief({ value, none, brief = briefAttributes }: BriefProps) {
  const text = value ? brief(value) : "";
  return text ? (
    <span className="figures text-ink-soft" title={JSON.stringify(value, null, 2)}>
      {text}
    </span>
  ) : (
    <span className="text-ink-faint">{none}</span>
  );
}

/** Columns of product.md §14; `open` shows one task beside the list. */
export function taskColumns(open: (task: TaskDto) => void): readonly Column<TaskDto>[] {
  return [
    {
      id: "taskId",
      header: "Task",
      width: 140,
      names: true,
      cell: (task) => (
        <button
          type="button"
          data-row-link
          title={task.taskId}
          className="figures h-6 hover:underline"
          onClick={(event) => {
            event.stopPropagation();
            open(task);
          }}
        >
          <span className="sr-only">Task </span>
          {task.taskId.slice(0, 10)}
        </button>
      ),
    },
    { id: "taskStatus", header: "Status", width: 130, cell: (task) => <TaskStatusMark status={task.taskStatus} /> },
    {
      id: "recordsRead",
      header: "Read",
      width: 110,
      right: true,
      cell: (task) => formatCount(task.taskProgress.recordsRead),
    },
    {
      id: "documentsWritten",
      header: "Written",
      width: 110,
      right: true,
      cell: (task) => formatCount(task.taskProgress.documentsWritten),
    },
    {
      id: "recordsSkipped",
      header: "Skipped",
      width: 100,
      right: true,
      cell: (task) => formatCount(task.taskProgress.recordsSkipped),
    },
    {
      id: "recordsErrored",
      header: "Errored",
      width: 100,
      right: true,
      cell: (task) => (
        <span className={task.taskProgress.recordsErrored > 0 ? "text-bad" : undefined}>
          {formatCount(task.taskProgress.recordsErrored)}
        </span>
      ),
    },
    {
      id: "readerDefinition",
      header: "Reader definition",
      width: 260,
      cell: (task) => <Brief value={task.readerDefinition} none="-" brief={briefReaderDefinition} />,
    },
    {
      id: "taskCheckpoint",
      header: "Checkpoint",
      width: 220,
      cell: (task) => <Brief value={task.taskCheckpoint} none="none yet" />,
    },
    {
      id: "taskExecutionLogs",
      header: "Attempts",
      width: 150,
      cell: (task) => {
        const last = task.taskExecutionLogs.at(-1);
        if (!last) return <span className="text-ink-faint">none yet</span>;
        return (
          <span>
            <span className="figures">{task.taskExecutionLogs.length}</span>
            <span className="text-ink-soft"> · last </span>
            <Elapsed from={last.startDatetime} to={last.endDatetime} />
          </span>
        );
      },
    },
    {
      id: "computeDefinition",
      header: "Compute definition",
      width: 220,
      cell: (task) => <Brief value={task.computeDefinition} none="-" />,
    },
    {
      id: "lastError",
      header: "Last error",
      width: 260,
      cell: (task) =>
        task.lastError ? (
          <span title={task.lastError.message}>
            <span className="figures text-bad">{task.lastError.code}</span>{" "}
            <span className="text-ink-soft">{task.lastError.message}</span>
          </span>
        ) : null,
    },
  ];
}
