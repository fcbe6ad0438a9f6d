import { z } from "zod";
import { datasetJson } from "./dataset-json.ts";
import { datasetReference, jsonObject, operation, writes } from "./operation.ts";
import { acceptedRequestDto } from "./request-dto.ts";

/** One attribute that differs between two configurations. */
export const configChangeDto = z.object({
  path: z.string().describe("JSON path such as computeEngine.concurrency"),
  label: z.string(),
  kind: z.enum(["added", "removed", "changed"]),
  /** Absent for an added attribute; long texts are cut. */
  before: z.unknown().optional(),
  /** Absent for a removed attribute. */
  after: z.unknown().optional(),
  effect: z.string().describe("what the change restarts or makes again"),
  action: z.enum(["updateCode", "updateCompute"]).nullable().describe("null: only a new dataset can have it"),
});

export const configDiffDto = z.object({ changes: z.array(configChangeDto) });

const updated = z.object({
  /** Null for a dry run. */
  request: acceptedRequestDto.nullable(),
  changes: z.array(configChangeDto),
});

const dryRun = z.boolean().default(false).describe("only show what would change");

export const datasetUpdates = {
  updateCode: operation
    .meta(writes)
    .route({
      method: "PATCH",
      path: "/datasets/{dataset}/code",
      successStatus: 202,
      summary: "Take new handler code, or another access grant role",
      tags: ["datasets"],
    })
    .input(
      z.object({
        dataset: datasetReference,
        /** Without one the artifact at the known address is loaded again. */
        artifactFileS3Link: z.string().max(2_048).optional(),
        interfaceECRImagePath: z.string().max(2_048).optional(),
        accessGrantRoleArn: z.string().max(2_048).optional(),
        dryRun,
      }),
    )
    .output(updated),
  updateCompute: operation
    .meta(writes)
    .route({
      method: "PATCH",
      path: "/datasets/{dataset}/compute",
      successStatus: 202,
      summary: "Change the compute engine",
      tags: ["datasets"],
    })
    .input(
      z.object({
        dataset: datasetReference,
        computeEngine: jsonObject.describe("the attributes to change; with another computeEngineType the whole engine"),
        dryRun,
      }),
    )
    .output(updated),
  compareConfig: operation
    .route({
      method: "POST",
      path: "/datasets/{dataset}/config-diff",
      summary: "What differs between a dataset and a configuration",
      tags: ["datasets"],
    })
    .input(z.object({ dataset: datasetReference, config: datasetJson }))
    .output(configDiffDto),
  compareRevisions: operation
    .route({
      method: "GET",
      path: "/datasets/{dataset}/config-diff",
      summary: "What differs between two revisions of a configuration",
      tags: ["datasets"],
    })
    .input(
      z.object({
        dataset: datasetReference,
        from: z.coerce.number().int().min(1),
        to: z.coerce.number().int().min(1),
      }),
    )
    .output(configDiffDto),
};

export type ConfigChangeDto = z.infer<typeof configChangeDto>;
