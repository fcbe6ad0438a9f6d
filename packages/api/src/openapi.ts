import { type OpenAPI, OpenAPIGenerator } from "@orpc/openapi";
import { ZodToJsonSchemaConverter } from "@orpc/zod/zod4";
import { accessPolicyDto, validationDto } from "./contract/access-policy-dto.ts";
import { contract } from "./contract/contract.ts";
import { datasetSummaryDto, datasetViewDto } from "./contract/dataset-dto.ts";
import { errorRecordDto, taskErrorsDto } from "./contract/error-dto.ts";
import { problemDto } from "./contract/problem-dto.ts";
import { acceptedRequestDto, requestDto } from "./contract/request-dto.ts";
import { taskDto } from "./contract/task-dto.ts";
import { usageRecordDto } from "./contract/usage.ts";
import { userDto } from "./contract/user-dto.ts";

/** The OpenAPI 3.1 document of `/api/v1`, made from the contract. */
export async function openApiDocument(): Promise<OpenAPI.Document> {
  const generator = new OpenAPIGenerator({ schemaConverters: [new ZodToJsonSchemaConverter()] });
  return await generator.generate(contract, {
    info: { title: "LetsData", version: "1", description: "Errors are RFC 9457 problems: see the schema Problem." },
    servers: [{ url: "/api/v1" }],
    security: [{ apiKey: [] }],
    components: { securitySchemes: { apiKey: { type: "http", scheme: "bearer" } } },
    commonSchemas: {
      AcceptedRequest: { schema: acceptedRequestDto, strategy: "output" },
      AccessPolicy: { schema: accessPolicyDto, strategy: "output" },
      Dataset: { schema: datasetViewDto, strategy: "output" },
      DatasetSummary: { schema: datasetSummaryDto, strategy: "output" },
      ErrorRecord: { schema: errorRecordDto, strategy: "output" },
      Problem: { schema: problemDto, strategy: "output" },
      Request: { schema: requestDto, strategy: "output" },
      Task: { schema: taskDto, strategy: "output" },
      TaskErrors: { schema: taskErrorsDto, strategy: "output" },
      UsageRecord: { schema: usageRecordDto, strategy: "output" },
      User: { schema: userDto, strategy: "output" },
      Validation: { schema: validationDto, strategy: "output" },
    },
  });
}
