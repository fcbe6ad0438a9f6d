import { taskStatuses, taskTypes } from "@letsdata/dataset/lifecycle";
import { z } from "zod";
import { countsDto } from "./dataset-dto.ts";
import { epochMilliseconds, jsonObject } from "./operation.ts";

export const taskStatusDto = z.enum(taskStatuses);

export const taskExecutionLogDto = z.object({
  attempt: z.number().int(),
  startDatetime: epochMilliseconds,
  endDatetime: epochMilliseconds.nullable(),
  outcome: z.string().nullable(),
  codeVersion: z.number().int(),
});

/** A task as product.md §9.2 writes it. */
export const taskDto = z.object({
  datasetName: z.string(),
  datasetId: z.string(),
  tenantId: z.string(),
  userId: z.string(),
  taskId: z.string(),
  taskType: z.enum(taskTypes),
  taskStatus: taskStatusDto,
  stopReason: z.string().nullable(),
  taskProgress: countsDto,
  taskCheckpoint: jsonObject.nullable(),
  taskExecutionLogs: z.array(taskExecutionLogDto),
  readerDefinition: jsonObject,
  computeDefinition: jsonObject,
  /** Tasks that must be COMPLETED before this one starts: the mappers a waiting Spark reducer needs; 0 for all others. */
  waitsForTasks: z.number().int(),
  workerId: z.string().nullable(),
  lastError: z
    .object({
      code: z.string(),
      message: z.string(),
      time: epochMilliseconds,
      details: z
        .string()
        .nullable()
        .describe(
          "the stack of your handler, where it was your code that threw or, in Python and Java, that the time-out found at work",
        ),
    })
    .nullable(),
  /** Error records of the task. */
  numberOfErrors: z.number().int(),
});

export type TaskDto = z.infer<typeof taskDto>;
