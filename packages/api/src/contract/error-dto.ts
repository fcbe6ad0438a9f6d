import { z } from "zod";
import { epochMilliseconds, jsonObject } from "./operation.ts";
import { taskStatusDto } from "./task-dto.ts";

/** An archived object of error records. `file` names it in the API. */
export const errorFileDto = z.object({
  file: z.string(),
  key: z.string(),
  records: z.number().int(),
  bytes: z.number().int(),
  createDatetime: epochMilliseconds,
});

/** A task that has error records, with its newest files. */
export const taskErrorsDto = z.object({
  taskId: z.string(),
  taskStatus: taskStatusDto,
  numberOfErrors: z.number().int(),
  files: z.array(errorFileDto),
});

/** One line of the archive (product.md §7); in lists long bodies are cut and `record.truncated` is true. */
export const errorRecordDto = z.object({
  errorId: z.string(),
  datasetName: z.string(),
  datasetId: z.string(),
  taskId: z.string(),
  attempt: z.number().int(),
  errorTime: epochMilliseconds,
  origin: z.enum(["HANDLER", "SYSTEM"]),
  code: z.string(),
  errorMessage: z.string(),
  documentId: z.string().nullable(),
  recordType: z.string().nullable(),
  partitionKey: z.string().nullable(),
  documentMetadata: jsonObject,
  errorStartOffsetMap: z.record(z.string(), z.string()),
  errorEndOffsetMap: z.record(z.string(), z.string()),
  document: z.string().nullable(),
  parts: z.array(z.unknown()),
  source: z.object({
    fileNames: z.record(z.string(), z.string()),
    lastRecordTypes: z.record(z.string(), z.string().nullable()),
  }),
  record: z.object({ encoding: z.enum(["utf8", "base64"]), body: z.string(), truncated: z.boolean() }),
  codeVersion: z.number().int(),
});

export type ErrorFileDto = z.infer<typeof errorFileDto>;
export type TaskErrorsDto = z.infer<typeof taskErrorsDto>;
export type ErrorRecordDto = z.infer<typeof errorRecordDto>;
