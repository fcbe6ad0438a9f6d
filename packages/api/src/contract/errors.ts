import { z } from "zod";
import { errorRecordDto, taskErrorsDto } from "./error-dto.ts";
import { datasetReference, operation } from "./operation.ts";
import { pageOf, pageQuery } from "./paging.ts";
import { taskId } from "./tasks.ts";

const file = z.string().min(1).max(1024).describe("`file` of an error file");

export const errors = {
  list: operation
    .route({
      method: "GET",
      path: "/datasets/{dataset}/errors",
      summary: "List tasks with error records, and their files",
      tags: ["errors"],
    })
    .input(z.object({ dataset: datasetReference, ...pageQuery, taskId: taskId.optional() }))
    .output(pageOf(taskErrorsDto)),
  listRecords: operation
    .route({
      method: "GET",
      path: "/datasets/{dataset}/errors/{file}",
      summary: "Read the error records of a file, 100 a page",
      tags: ["errors"],
    })
    .input(
      z.object({
        dataset: datasetReference,
        file,
        cursor: pageQuery.cursor,
        limit: z.coerce.number().int().min(1).max(100).default(100),
        code: z.string().max(64).optional(),
        text: z.string().max(256).optional().describe("part of the message, document id or record"),
      }),
    )
    .output(pageOf(errorRecordDto)),
  view: operation
    .route({
      method: "GET",
      path: "/datasets/{dataset}/errors/{file}/{errorId}",
      summary: "View one error record whole",
      tags: ["errors"],
    })
    .input(z.object({ dataset: datasetReference, file, errorId: z.string().min(1).max(128) }))
    .output(errorRecordDto),
};
