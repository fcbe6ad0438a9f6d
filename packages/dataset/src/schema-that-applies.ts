import { readConnectorConfigs } from "@letsdata/connectors/config-catalogue";
import type { JsonSchema } from "@letsdata/plugin-kit/json-schema";
import { objectAt, textAt } from "./plain-json.ts";
import { allowedValues, isObject, propertyOf, variants } from "./schema-variants.ts";

/**
 * The dataset's schema without what other components already rule out: manifests of another source, and the model of
 * an endpoint that has its own. What `value` already states stays, so that it is shown and can be changed.
 */
export function schemaThatApplies(schema: JsonSchema, value: unknown): JsonSchema {
  if (!isObject(value) || !schema.properties) return schema;
  const destination = textAt(objectAt(value, "readConnector"), "connectorDestination");
  const manifests = manifestsOf(destination);
  const stated = textAt(objectAt(value, "manifestFile"), "manifestType");
  const engine = objectAt(value, "computeEngine");
  const endpoint = engine && objectAt(engine, "endpoint");
  const narrowManifest = manifests !== undefined && (stated === undefined || manifests.includes(stated));
  const withoutModel =
    textAt(endpoint, "sagemakerEndpointResourceLocation") === "Customer" && engine?.model === undefined;
  const { manifestFile, computeEngine } = schema.properties;
  if (!manifestFile || !computeEngine || (!narrowManifest && !withoutModel)) return schema;
  return remembered(schema, `${narrowManifest ? destination : ""} ${withoutModel}`, () => ({
    ...schema,
    properties: {
      ...schema.properties,
      manifestFile: narrowManifest ? onlyManifests(manifestFile, manifests) : manifestFile,
      computeEngine: withoutModel ? withoutAttribute(computeEngine, "model") : computeEngine,
    },
  }));
}

function manifestsOf(destination: string | undefined): readonly string[] | undefined {
  if (destination === undefined || !Object.hasOwn(readConnectorConfigs, destination)) return undefined;
  return Object.keys(readConnectorConfigs[destination as keyof typeof readConnectorConfigs].manifests);
}

function onlyManifests(schema: JsonSchema, types: readonly string[]): JsonSchema {
  return withVariants(schema, (all) =>
    all.filter((variant) => types.includes(allowedValues(propertyOf(variant, "manifestType"))?.[0] ?? "")),
  );
}

function withoutAttribute(schema: JsonSchema, name: string): JsonSchema {
  return withVariants(schema, (all) =>
    all.map((variant) => {
      const kept = Object.entries(variant.properties ?? {}).filter(([other]) => other !== name);
      return propertyOf(variant, name) ? { ...variant, properties: Object.fromEntries(kept) } : variant;
    }),
  );
}

function withVariants(schema: JsonSchema, change: (all: readonly JsonSchema[]) => readonly JsonSchema[]): JsonSchema {
  const { oneOf, anyOf, ...text } = schema;
  return { ...text, oneOf: change(variants(schema)) };
}

const made = new WeakMap<JsonSchema, Map<string, JsonSchema>>();

/** The walk over schemas remembers each object it met: the same question must give the same object. */
function remembered(schema: JsonSchema, key: string, make: () => JsonSchema): JsonSchema {
  const known = made.get(schema) ?? new Map<string, JsonSchema>();
  made.set(schema, known);
  const found = known.get(key) ?? make();
  known.set(key, found);
  return found;
}
