import { type DatasetAction, datasetActions, datasetStatuses, redrivePolicies } from "@letsdata/dataset/lifecycle";
import { z } from "zod";
import { epochMilliseconds, jsonObject } from "./operation.ts";
import { problemDetailDto } from "./problem-dto.ts";

export const datasetStatusDto = z.enum(datasetStatuses);

/** Totals; the balance is `recordsRead = documentsWritten + recordsSkipped + recordsErrored`. */
export const countsDto = z.object({
  recordsRead: z.number(),
  documentsWritten: z.number(),
  recordsSkipped: z.number(),
  recordsErrored: z.number(),
  bytesRead: z.number(),
  bytesWritten: z.number(),
});

export const datasetProgressDto = z.object({
  totalTasks: z.number().int(),
  completedTasks: z.number().int(),
  errorTasks: z.number().int(),
  runningTasks: z.number().int(),
  waitingTasks: z.number().int(),
});

export const executionLogDto = z.object({
  startDatetime: epochMilliseconds,
  endDatetime: epochMilliseconds.nullable(),
});

/** Why the dataset is in its status, where there is more to say than the status. */
export const statusReasonDto = z.object({
  code: z.string().nullable(),
  message: z.string(),
  errors: z.array(problemDetailDto),
});

/** One component in a list row: what it is, where it is, what it is called. */
export const componentSummaryDto = z.object({
  type: z.string().describe("connectorDestination, computeEngineType or manifestType"),
  name: z.string().nullable().describe("bucket, stream, queue, table …"),
  resourceLocation: z.enum(["Customer", "LetsData"]).nullable(),
  region: z.string().nullable(),
  detail: z.string().nullable().describe("reader type, shards, concurrency, lines"),
});

export const datasetSummaryDto = z.object({
  datasetId: z.string(),
  datasetName: z.string(),
  datasetStatus: datasetStatusDto,
  statusReason: statusReasonDto.nullable(),
  region: z.string(),
  readConnector: componentSummaryDto,
  writeConnector: componentSummaryDto,
  errorConnector: componentSummaryDto,
  computeEngine: componentSummaryDto,
  manifestFile: componentSummaryDto,
  datasetProgress: datasetProgressDto,
  counts: countsDto,
  executionLogs: z.array(executionLogDto),
  createDatetime: epochMilliseconds,
  updateDatetime: epochMilliseconds,
});

export const resourceDto = z.object({
  component: z.enum(["readConnector", "writeConnector", "errorConnector", "computeEngine", "access"]),
  kind: z.string(),
  name: z.string(),
  arn: z.string(),
  region: z.string(),
  resourceLocation: z.enum(["Customer", "LetsData"]),
});

export const deliveryDto = z.object({
  guarantee: z.enum(["effectively-once", "at-least-once", "overwrite"]),
  explanation: z.string(),
});

export const datasetActionDto = z.enum(Object.keys(datasetActions) as [DatasetAction, ...DatasetAction[]]);

export const datasetViewDto = datasetSummaryDto.extend({
  tenantId: z.string(),
  userId: z.string(),
  /** The stored configuration in canonical names. */
  config: jsonObject,
  codeVersion: z.number().int(),
  /** Over the last minutes while tasks run; null when nothing runs. */
  rate: z.object({ recordsPerSecond: z.number(), bytesPerSecond: z.number() }).nullable(),
  /** False where customer code reads and writes by itself (Spark): there are no records to count and no balance. */
  countsRecords: z.boolean(),
  /** True when the totals of all checkpoints balance. */
  balanced: z.boolean(),
  resources: z.array(resourceDto),
  customerAccountForAccess: z.string().nullable(),
  customerAccessRoleArn: z.string().nullable(),
  /** What `sts:ExternalId` must be when the customer access role is assumed. */
  customerAccessExternalId: z.string().nullable(),
  delivery: deliveryDto,
  /** What is worth knowing of what the compute engine made: that its vectors are stand-ins. A sentence for people. */
  computeNotice: z.string().nullable(),
  /** What the lifecycle allows in this status. */
  allowedActions: z.array(datasetActionDto),
  allowedRedrivePolicies: z.array(z.enum(redrivePolicies)),
});

export const configRevisionDto = z.object({
  revision: z.number().int(),
  codeVersion: z.number().int(),
  userId: z.string(),
  createDatetime: epochMilliseconds,
  config: jsonObject,
});

export type CountsDto = z.infer<typeof countsDto>;
export type ComponentSummaryDto = z.infer<typeof componentSummaryDto>;
export type DatasetSummaryDto = z.infer<typeof datasetSummaryDto>;
export type DatasetViewDto = z.infer<typeof datasetViewDto>;
export type ResourceDto = z.infer<typeof resourceDto>;
export type DeliveryDto = z.infer<typeof deliveryDto>;
export type ConfigRevisionDto = z.infer<typeof configRevisionDto>;
