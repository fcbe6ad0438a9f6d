import { z } from "zod";
import { accessCheckDto, accessPolicyDto, repairDto, validationDto } from "./access-policy-dto.ts";
import { configRevisionDto, datasetStatusDto, datasetSummaryDto, datasetViewDto } from "./dataset-dto.ts";
import { datasetJson } from "./dataset-json.ts";
import { datasetReference, operation, writes } from "./operation.ts";
import { pageOf, pageQuery } from "./paging.ts";
import { acceptedRequestDto } from "./request-dto.ts";

export const datasets = {
  create: operation
    .meta(writes)
    .route({ method: "POST", path: "/datasets", successStatus: 201, summary: "Create a dataset", tags: ["datasets"] })
    .input(datasetJson)
    .output(datasetViewDto),
  validate: operation
    .route({
      method: "POST",
      path: "/datasets/validate",
      summary: "Find all problems of a dataset JSON",
      tags: ["datasets"],
    })
    .input(datasetJson)
    .output(validationDto),
  repair: operation
    .route({ method: "POST", path: "/datasets/repair", summary: "Turn nearly-JSON text into JSON", tags: ["datasets"] })
    .input(z.object({ text: z.string() }))
    .output(repairDto),
  accessPolicy: operation
    .route({
      method: "POST",
      path: "/datasets/access-policy",
      summary: "The least access the dataset needs",
      tags: ["datasets"],
    })
    .input(datasetJson)
    .output(accessPolicyDto),
  checkAccess: operation
    .route({
      method: "POST",
      path: "/datasets/check-access",
      summary: "Try the access with real calls",
      tags: ["datasets"],
    })
    .input(datasetJson)
    .output(accessCheckDto),
  list: operation
    .route({ method: "GET", path: "/datasets", summary: "List datasets", tags: ["datasets"] })
    .input(
      z.object({
        ...pageQuery,
        status: z
          .union([datasetStatusDto, z.array(datasetStatusDto)])
          .optional()
          .describe("one or several statuses"),
        text: z.string().max(128).optional().describe("part of the name or id"),
        sort: z.enum(["createDatetime", "datasetName"]).default("createDatetime"),
        order: z.enum(["asc", "desc"]).default("desc"),
      }),
    )
    .output(pageOf(datasetSummaryDto)),
  view: operation
    .route({ method: "GET", path: "/datasets/{dataset}", summary: "View a dataset", tags: ["datasets"] })
    .input(z.object({ dataset: datasetReference }))
    .output(datasetViewDto),
  delete: operation
    .meta(writes)
    .route({
      method: "DELETE",
      path: "/datasets/{dataset}",
      successStatus: 202,
      inputStructure: "detailed",
      summary: "Descale, freeze or delete a dataset",
      tags: ["datasets"],
    })
    .input(
      z.object({
        params: z.object({ dataset: datasetReference }),
        query: z.object({ type: z.enum(["DESCALE", "FREEZE", "DELETE"]) }),
      }),
    )
    .output(acceptedRequestDto),
  listConfigRevisions: operation
    .route({
      method: "GET",
      path: "/datasets/{dataset}/config-revisions",
      summary: "How the configuration changed, newest first",
      tags: ["datasets"],
    })
    .input(z.object({ dataset: datasetReference, ...pageQuery }))
    .output(pageOf(configRevisionDto)),
};
