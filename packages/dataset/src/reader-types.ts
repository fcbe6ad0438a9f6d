import { datasetFormSchema } from "./json-schema.ts";
import { allowedValues, propertyOf, variants } from "./schema-variants.ts";

/** Every `readerType` of the read connectors of these destinations, as their schemas allow it. */
export function readerTypesOf(destinations: readonly string[]): readonly string[] {
  const { readConnector = {} } = datasetFormSchema().properties ?? {};
  const types = variants(readConnector)
    .filter((variant) =>
      allowedValues(propertyOf(variant, "connectorDestination"))?.some((one) => destinations.includes(one)),
    )
    .flatMap((variant) => allowedValues(propertyOf(variant, "readerType")) ?? []);
  return [...new Set(types)];
}
