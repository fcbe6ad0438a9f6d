import { z } from "zod";
import { datasetReference, operation } from "./operation.ts";
import { pageOf, pageQuery } from "./paging.ts";
import { taskDto, taskStatusDto } from "./task-dto.ts";

export const taskId = z.string().min(1).max(64);

export const taskFilter = {
  status: z.union([taskStatusDto, z.array(taskStatusDto)]).optional(),
  text: z.string().max(256).optional().describe("part of the task id or its reader definition"),
  errorCode: z.string().max(64).optional(),
};

export const tasks = {
  list: operation
    .route({
      method: "GET",
      path: "/datasets/{dataset}/tasks",
      summary: "List the tasks of a dataset",
      tags: ["tasks"],
    })
    .input(
      z.object({
        dataset: datasetReference,
        ...pageQuery,
        ...taskFilter,
      }),
    )
    .output(pageOf(taskDto).extend({ matching: z.number().int().nullable().describe("tasks that match the filter") })),
  view: operation
    .route({ method: "GET", path: "/datasets/{dataset}/tasks/{taskId}", summary: "View a task", tags: ["tasks"] })
    .input(z.object({ dataset: datasetReference, taskId }))
    .output(taskDto),
};
