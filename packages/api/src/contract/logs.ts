import { z } from "zod";
import { datasetReference, epochMilliseconds, operation } from "./operation.ts";
import { pageOf, pageQuery } from "./paging.ts";
import { taskId } from "./tasks.ts";

export const logLevelDto = z.enum(["DEBUG", "INFO", "WARN", "ERROR"]);

/** Members that are not known are absent. */
const logFieldsDto = z.object({
  hnm: z.string().optional().describe("host of the worker"),
  unm: z.string().optional().describe("user the worker runs as"),
});

export const logLineDto = z.object({
  id: z.string(),
  time: epochMilliseconds,
  level: logLevelDto,
  taskId: z.string().nullable(),
  attempt: z.number().int().nullable(),
  source: z.enum(["ENGINE", "HANDLER"]).describe("who wrote the line"),
  message: z.string(),
  fields: logFieldsDto.describe("where the line was written"),
});

const logQuery = {
  dataset: datasetReference,
  ...pageQuery,
  level: logLevelDto.optional().describe("least severe level to show"),
  text: z.string().max(256).optional(),
  from: z.coerce.number().int().optional().describe("epoch milliseconds"),
  to: z.coerce.number().int().optional().describe("epoch milliseconds"),
};

/** Newest first. */
export const logs = {
  list: operation
    .route({ method: "GET", path: "/datasets/{dataset}/logs", summary: "Read a dataset's log", tags: ["logs"] })
    .input(z.object({ ...logQuery, taskId: taskId.optional() }))
    .output(pageOf(logLineDto)),
  listOfTask: operation
    .route({
      method: "GET",
      path: "/datasets/{dataset}/tasks/{taskId}/logs",
      summary: "Read a task's log",
      tags: ["logs"],
    })
    .input(z.object({ ...logQuery, taskId }))
    .output(pageOf(logLineDto)),
};

export type LogLineDto = z.infer<typeof logLineDto>;
