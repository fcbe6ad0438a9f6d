import { inputSchemaOf, type JsonSchema, publishedSchemaOf } from "@letsdata/plugin-kit/json-schema";
import { datasetConfigSchema } from "./dataset-config.ts";
import { systemSetAttributes } from "./system-set-attributes.ts";

let internal: JsonSchema | undefined;
let published: JsonSchema | undefined;

/** The configuration's schema with the console's `x-` words: what form and parser walk. */
export function datasetFormSchema(): JsonSchema {
  internal ??= inputSchemaOf(datasetConfigSchema);
  return internal;
}

/** The published JSON Schema of a dataset's JSON; attributes the system sets are allowed and read-only. */
export function datasetJsonSchema(): JsonSchema {
  if (published) return published;
  const schema = publishedSchemaOf(datasetConfigSchema);
  const systemSet = Object.fromEntries(
    systemSetAttributes.map((name) => [name, { description: "Set by the system.", readOnly: true }]),
  );
  published = {
    ...schema,
    title: "LetsData dataset",
    properties: { ...schema.properties, ...systemSet },
  };
  return published;
}
