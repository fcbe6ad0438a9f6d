import { z } from "zod";
import { datasetReference, epochMilliseconds, operation } from "./operation.ts";
import { pageOf, pageQuery } from "./paging.ts";

export const usageRecordDto = z.object({
  usageId: z.string(),
  datasetId: z.string().nullable(),
  taskId: z.string().nullable(),
  resourceType: z.string(),
  resource: z.string(),
  eventStartTime: epochMilliseconds,
  eventEndTime: epochMilliseconds,
  meteringDimension: z.string(),
  meteringUnit: z.string(),
  meteringValue: z.number(),
  billedStatus: z.enum(["UNBILLED", "SUBMITTED", "BILLED", "NOT_BILLABLE"]),
});

const usageQuery = {
  ...pageQuery,
  from: z.coerce.number().int().optional().describe("epoch milliseconds"),
  to: z.coerce.number().int().optional().describe("epoch milliseconds"),
  type: z.string().max(64).optional().describe("resourceType"),
};

export const usage = {
  list: operation
    .route({ method: "GET", path: "/usage", summary: "List the tenant's usage records", tags: ["usage"] })
    .input(z.object(usageQuery))
    .output(pageOf(usageRecordDto)),
  listOfDataset: operation
    .route({
      method: "GET",
      path: "/datasets/{dataset}/usage",
      summary: "List a dataset's usage records",
      tags: ["usage"],
    })
    .input(z.object({ dataset: datasetReference, ...usageQuery }))
    .output(pageOf(usageRecordDto)),
};

export type UsageRecordDto = z.infer<typeof usageRecordDto>;
