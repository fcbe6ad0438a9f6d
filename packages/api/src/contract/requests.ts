import { redrivePolicies } from "@letsdata/dataset/lifecycle";
import { z } from "zod";
import { datasetReference, operation, writes } from "./operation.ts";
import { pageOf, pageQuery } from "./paging.ts";
import { acceptedRequestDto, requestDto } from "./request-dto.ts";
import { taskFilter, taskId } from "./tasks.ts";

const redriveInput = z
  .object({
    dataset: datasetReference,
    selection: z.enum(["ALL_ERRORED", "TASK_IDS", "FILTER"]).default("ALL_ERRORED"),
    taskIds: z.array(taskId).max(10_000).optional(),
    filter: z.object(taskFilter).optional(),
    policy: z.enum(redrivePolicies).default("RESUME_FROM_CHECKPOINT"),
    dryRun: z.boolean().default(false).describe("only count what would be redriven"),
  })
  .refine((input) => input.selection !== "TASK_IDS" || (input.taskIds?.length ?? 0) > 0, {
    path: ["taskIds"],
    message: "Name the tasks to redrive.",
  })
  .refine((input) => input.selection !== "FILTER" || input.filter !== undefined, {
    path: ["filter"],
    message: "Give the filter of the tasks to redrive.",
  });

export const redrives = {
  create: operation
    .meta(writes)
    .route({
      method: "POST",
      path: "/datasets/{dataset}/redrives",
      successStatus: 202,
      summary: "Run tasks again",
      tags: ["tasks"],
    })
    .input(redriveInput)
    .output(
      z.object({
        /** Null for a dry run. */
        request: acceptedRequestDto.nullable(),
        matchingTasks: z.number().int(),
      }),
    ),
};

export const stops = {
  create: operation
    .meta(writes)
    .route({
      method: "POST",
      path: "/datasets/{dataset}/stops",
      successStatus: 202,
      summary: "Stop a dataset at its checkpoints",
      tags: ["tasks"],
    })
    .input(z.object({ dataset: datasetReference, moveStoppedTasksTo: z.enum(["ERROR", "COMPLETE"]) }))
    .output(acceptedRequestDto),
};

export const requests = {
  list: operation
    .route({
      method: "GET",
      path: "/datasets/{dataset}/requests",
      summary: "List what was asked of a dataset",
      tags: ["requests"],
    })
    .input(z.object({ dataset: datasetReference, ...pageQuery }))
    .output(pageOf(requestDto)),
  view: operation
    .route({
      method: "GET",
      path: "/datasets/{dataset}/requests/{requestId}",
      summary: "View one request's status",
      tags: ["requests"],
    })
    .input(z.object({ dataset: datasetReference, requestId: z.string().min(1).max(64) }))
    .output(requestDto),
};
