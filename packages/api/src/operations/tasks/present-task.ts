import type { StoredTask, TaskError } from "@letsdata/database/stores/task-store";
import { type ProblemEntry, problemCatalogue } from "@letsdata/plugin-kit/problems";
import type { TaskDto } from "../../contract/task-dto.ts";

export function presentTask(task: StoredTask): TaskDto {
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
    workerId: task.workerId,
    lastError: lastError && presentError(lastError),
    numberOfErrors: task.counts.recordsErrored,
  };
}

/** Details are shown where the customer's code or configuration is to blame: those of the system hold its own stacks. */
function presentError({ code, message, time, details, previous }: TaskError): NonNullable<TaskDto["lastError"]> {
  const known = details ?? previous?.details;
  const blamed = details === undefined && previous ? previous.code : code;
  const entry = new Map<string, ProblemEntry>(Object.entries(problemCatalogue)).get(blamed);
  return { code, message, time, details: entry?.actor === "customer" ? (known ?? null) : null };
}
