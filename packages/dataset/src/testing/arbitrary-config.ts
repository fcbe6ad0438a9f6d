import type { JsonSchema } from "@letsdata/plugin-kit/json-schema";
import { describeDatasetForm, type FormField } from "../describe-form.ts";
import { datasetFormSchema } from "../json-schema.ts";
import { parseDatasetConfig } from "../parse-dataset-config.ts";
import { isObject, type JsonObject, variants } from "../schema-variants.ts";
import { fc } from "./property.ts";

/** Any configuration the parser takes without a problem, made from the schema: a new attribute is in it at once. */
export function arbitraryConfig(): fc.Arbitrary<JsonObject> {
  const schema = datasetFormSchema();
  const ofEverySource = variants(schema.properties!.manifestFile!).map(objectOf);
  return fc
    .tuple(arbitraryOf(schema), fc.tuple(...ofEverySource), fc.nat(1))
    .map(([config, manifests, choice]) => {
      const drawn = JSON.parse(JSON.stringify(config)) as JsonObject;
      const types = manifestTypesThatApply(drawn);
      const fitting = manifests.filter((manifest) => types.has(manifest.manifestType));
      const manifestFile = JSON.parse(JSON.stringify(fitting[choice % fitting.length])) as JsonObject;
      return madeConsistent(fittedTogether({ ...drawn, manifestFile }));
    })
    .filter((config) => config !== undefined);
}

function manifestTypesThatApply({ manifestFile: _, ...config }: JsonObject): ReadonlySet<unknown> {
  const field = describeDatasetForm(config).find(({ name }) => name === "manifestFile");
  const type = field?.fields.find(({ name }) => name === "manifestType");
  return new Set(type?.choices.map(({ value }) => value));
}

const refusedNames = new Set(["__proto__", "constructor", "prototype"]);

function arbitraryOf(schema: JsonSchema): fc.Arbitrary<unknown> {
  const shapes = variants(schema);
  if (shapes.length > 0) return fc.oneof(...shapes.map(objectOf));
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum) return fc.constantFrom(...schema.enum);
  if (schema.type === "integer" || schema.type === "number") return numberOf(schema);
  if (schema.type === "string") return textOf(schema);
  if (schema.type === "object") {
    const inner = typeof schema.additionalProperties === "object" ? schema.additionalProperties : {};
    const name = textOf(schema.propertyNames ?? { minLength: 1, maxLength: 12 });
    return fc
      .dictionary(name, arbitraryOf(inner), { maxKeys: 4 })
      .map((map) => Object.fromEntries(Object.entries(map).filter(([key]) => !refusedNames.has(key))));
  }
  return fc.oneof(fc.integer(), fc.boolean(), fc.string({ maxLength: 8 }), fc.array(fc.integer(), { maxLength: 3 }));
}

function objectOf(shape: JsonSchema): fc.Arbitrary<JsonObject> {
  const stated = Object.entries(shape.properties ?? {}).filter(([, property]) => !property["x-generated"]);
  const required = stated.map(([name]) => name).filter((name) => shape.required?.includes(name));
  const model = Object.fromEntries(stated.map(([name, property]) => [name, arbitraryOf(property)]));
  return fc.record(model, { requiredKeys: required }).map((object) => withoutEmptyGroups(shape, object));
}

/** A group nothing is stated in is the same as none. */
function withoutEmptyGroups(shape: JsonSchema, object: JsonObject): JsonObject {
  const isEmptyGroup = (name: string, value: unknown) =>
    isObject(value) && Object.keys(value).length === 0 && variants(shape.properties![name]!).length > 0;
  return Object.fromEntries(Object.entries(object).filter(([name, value]) => !isEmptyGroup(name, value)));
}

function numberOf({ minimum = 0, maximum = 1_000_000, multipleOf = 1 }: JsonSchema): fc.Arbitrary<number> {
  return fc
    .integer({ min: Math.ceil(minimum / multipleOf), max: Math.floor(maximum / multipleOf) })
    .map((steps) => steps * multipleOf);
}

const replacement = fc.constantFrom(..."abcxyzABZ019-_./é:");

/** Text that fits the pattern: the example with a few letters exchanged, or the example. */
function textOf({ pattern, examples, minLength = 0, maxLength = 40 }: JsonSchema): fc.Arbitrary<string> {
  const example = examples?.[0];
  if (pattern === undefined || typeof example !== "string")
    return fc.string({ minLength: Math.max(1, minLength), maxLength: Math.min(40, maxLength), unit: "binary" });
  const fits = new RegExp(pattern, "u");
  return fc
    .array(fc.tuple(fc.nat(example.length - 1), replacement), { maxLength: 3 })
    .map((changes) => changes.reduce((text, [at, letter]) => text.slice(0, at) + letter + text.slice(at + 1), example))
    .map((text) => (fits.test(text) ? text : example));
}

/** Settles at once what most draws get wrong: asking the parser takes longer. */
function fittedTogether(drawn: JsonObject): JsonObject {
  const config: JsonObject = {
    accessGrantRoleArn: "arn:aws:iam::111122223333:role/LetsData_AccessRole_Clicks",
    customerAccountForAccess: "111122223333",
    ...drawn,
  };
  const { readConnector: read, computeEngine: engine, writeConnector: write } = config;
  if (!isObject(read) || !isObject(engine) || !isObject(write)) return config;
  const bySpark = read.readerType === "SPARKREADER";
  if (bySpark !== (engine.computeEngineType === "SPARK")) config.computeEngine = fittingEngine(config);
  if (bySpark !== (write.writerType === "Spark")) config.writeConnector = fittingWriter(config);
  if (read.artifactFileS3Link !== undefined) delete read.interfaceECRImagePath;
  if (read.streamArn !== undefined) delete read.region;
  return config;
}

/** Follows what the parser says about components that do not go together, until it has nothing more to say; undefined if it never is content. */
function madeConsistent(config: JsonObject): JsonObject | undefined {
  for (let round = 0; round < 6; round++) {
    const parsed = parseDatasetConfig(config);
    if (parsed.ok) return config;
    for (const { path, code } of parsed.problems) {
      const names = path.split(".");
      if (path === "computeEngine.model" || path === "computeEngine.computeEngineType")
        config.computeEngine = fittingEngine(config);
      else if (code === "REQUIRED") put(config, names, exampleAt(describeDatasetForm(config), path));
      else if (code === "MANIFEST_INVALID") put(config, names, "HEAD:a.gz|LINE:b.gz\nHEAD:c.gz|LINE:d.gz");
      else if (path === "writeConnector.writerType") config.writeConnector = fittingWriter(config);
      else put(config, names, undefined);
    }
  }
  return undefined;
}

function exampleAt(fields: readonly FormField[], path: string): unknown {
  for (const field of fields) {
    if (field.path === path) return field.kind === "choice" ? field.choices[0]?.value : field.example;
    if (path.startsWith(`${field.path}.`)) return exampleAt(field.fields, path);
  }
  return undefined;
}

/** `undefined` takes the attribute away, and with it a group in which nothing is stated then. */
function put(config: JsonObject, names: readonly string[], value: unknown): void {
  const holder = names
    .slice(0, -1)
    .reduce<unknown>((inner, name) => (isObject(inner) ? inner[name] : undefined), config);
  const last = names.at(-1);
  if (!isObject(holder) || last === undefined) return;
  if (value !== undefined) holder[last] = value;
  else {
    delete holder[last];
    if (names.length > 1 && Object.keys(holder).length === 0) put(config, names.slice(0, -1), undefined);
  }
}

function fittingEngine({ readConnector }: JsonObject): JsonObject {
  const bySpark = isObject(readConnector) && readConnector.readerType === "SPARKREADER";
  return bySpark
    ? { computeEngineType: "SPARK", runSparkInterfaces: "MAPPER_AND_REDUCER" }
    : { computeEngineType: "LAMBDA" };
}

function fittingWriter({ computeEngine }: JsonObject): JsonObject {
  const bySpark = isObject(computeEngine) && computeEngine.computeEngineType === "SPARK";
  return bySpark ? { connectorDestination: "S3", writerType: "Spark" } : { connectorDestination: "S3" };
}
