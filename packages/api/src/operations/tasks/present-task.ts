import type { StoredDataset } from "@letsdata/database/stores/dataset-store";
import type { StoredTask, TaskError } from "@letsdata/database/stores/task-store";
import { isSettledTask } from "@letsdata/dataset/lifecycle";
import { type ProblemEntry, problemCatalogue } from "@letsdata/plugin-kit/problems";
import type { TaskDto } from "../../contract/task-dto.ts";

/** `progress`: of its dataset. */
export function presentTask(task: StoredTask, progress: StoredDataset["tasks"]): TaskDto {
  const { lastError } = task;
  return {
    datasetName: task.datasetName,
    datasetId: task.datasetId,
    tenantId: task.tenantId,
    userId: task.userId,
    taskId: task.taskId,
    taskType: task.taskType,
    taskStatus: task.status,
    stopReason: task.stopReason,
    taskProgress: { ...task.counts },
    taskCheckpoint: task.checkpoint && { ...task.checkpoint },
    taskExecutionLogs: task.attempts.map((attempt) => ({
      attempt: attempt.attempt,
      startDatetime: attempt.startedAt,
      endDatetime: attempt.endedAt,
      outcome: attempt.outcome,
      codeVersion: attempt.codeVersion,
    })),
    readerDefinition: { ...task.readerDefinition },
    computeDefinition: { ...task.computeDefinition },
    waitsForTasks: unfinishedMappers(task, progress),
    workerId: task.workerId,
    lastError: lastError && presentError(lastError),
    numberOfErrors: task.counts.recordsErrored,
  };
}

/** All other tasks of a reducer's dataset are its mappers. */
function unfinishedMappers(
  { taskType, status }: StoredTask,
  { totalTasks, completed }: StoredDataset["tasks"],
): number {
  if (taskType !== "SPARK_REDUCER" || status === "RUNNING" || isSettledTask(status)) return 0;
  return Math.max(0, totalTasks - 1 - completed);
}

/** Details are shown where the customer's code or configuration is to blame: those of the system hold its own stacks. */
function presentError({ code, message, time, details, previous }: TaskError): NonNullable<TaskDto["lastError"]> {
  const known = details ?? previous?.details;
  const blamed = details === undefined && previous ? previous.code : code;
  const entry = new Map<string, ProblemEntry>(Object.entries(problemCatalogue)).get(blamed);
  return { code, message, time, details: entry?.actor === "customer" ? (known ?? null) : null };
}
