import type { StoredTask } from "@letsdata/database/stores/task-store";
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
    lastError: lastError && { code: lastError.code, message: lastError.message, time: lastError.time },
    numberOfErrors: task.counts.recordsErrored,
  };
}
