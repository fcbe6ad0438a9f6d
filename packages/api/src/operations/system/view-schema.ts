import { datasetJsonSchema } from "@letsdata/dataset/json-schema";
import { open } from "../authorise.ts";

export const viewSchema = open.system.schema.handler(() => ({ ...datasetJsonSchema() }) as Record<string, unknown>);
