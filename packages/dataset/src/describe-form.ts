import type { JsonSchema } from "@letsdata/plugin-kit/json-schema";
import { datasetFormSchema } from "./json-schema.ts";
import { schemaThatApplies } from "./schema-that-applies.ts";
import {
  allowedValues,
  type Decision,
  isObject,
  type JsonObject,
  narrow,
  propertyOf,
  variants,
} from "./schema-variants.ts";

export interface FormChoice {
  readonly value: string;
  readonly label: string;
}

/** How the console draws an attribute. `map` is name to text; `json` any object; `group` has fields of its own. */
export type FormFieldKind = "text" | "long-text" | "number" | "choice" | "map" | "json" | "group";

/** An attribute and the values of it with which a field applies. */
export interface Condition {
  readonly name: string;
  readonly values: readonly string[];
}

/** One attribute as the form shows it. */
export interface FormField {
  /** JSON path from the top, such as `readConnector.bucketName`: the element the field fills. */
  readonly path: string;
  readonly name: string;
  readonly kind: FormFieldKind;
  readonly label: string;
  readonly help: string;
  readonly example: unknown;
  readonly required: boolean;
  /** Used when the field is left empty; undefined if there is none. */
  readonly defaultValue: unknown;
  readonly choices: readonly FormChoice[];
  /** Changing this field changes which other fields apply. */
  readonly decides: boolean;
  /** What it depends on, outermost first; empty when it always applies. */
  readonly appliesWith: readonly Condition[];
  readonly part: "handler" | "access" | undefined;
  readonly minimum: number | undefined;
  readonly maximum: number | undefined;
  readonly step: number | undefined;
  readonly fields: readonly FormField[];
}

/**
 * The fields that apply to `value`, in reading order. Attributes that decide about others list every choice still open;
 * until one is decided, only fields common to all its variants are shown. Generated names are not shown.
 */
export function describeForm(schema: JsonSchema, value: unknown, path = ""): readonly FormField[] {
  const object: JsonObject = isObject(value) ? value : {};
  const all = variants(schema);
  const { matching, decisions } = narrow(all, object);
  const choicesOf = new Map(decisions.map((decision) => [decision.name, decision.choices]));
  const names = Object.keys(matching[0]?.properties ?? {}).filter((name) =>
    matching.every((variant) => propertyOf(variant, name) !== undefined),
  );
  return names
    .filter((name) => !propertyOf(matching[0]!, name)?.["x-generated"])
    .map((name) => {
      const properties = matching.map((variant) => propertyOf(variant, name)!);
      const decided = choicesOf.get(name);
      const ofAll = decided ? all.flatMap((variant) => propertyOf(variant, name) ?? []) : properties;
      return fieldOf({
        name,
        path: path === "" ? name : `${path}.${name}`,
        properties,
        labels: Object.assign({}, ...ofAll.map((property) => property["x-value-labels"])),
        choices: decided,
        required: matching.every((variant) => variant.required?.includes(name)),
        appliesWith: conditionsOf(name, all, decisions),
        value: object[name],
      });
    });
}

/** The whole dataset's form for a configuration being written. */
export function describeDatasetForm(config: unknown): readonly FormField[] {
  return describeForm(schemaThatApplies(datasetFormSchema(), config), config);
}

function conditionsOf(name: string, all: readonly JsonSchema[], decisions: readonly Decision[]): readonly Condition[] {
  const having = all.filter((variant) => propertyOf(variant, name) !== undefined);
  if (having.length === all.length) return [];
  const conditions: Condition[] = [];
  let open = all;
  for (const { name: deciding } of decisions) {
    const valuesIn = (some: readonly JsonSchema[]) =>
      new Set(some.flatMap((variant) => allowedValues(propertyOf(variant, deciding)) ?? []));
    const values = valuesIn(having);
    if (values.size === 0 || values.size >= valuesIn(open).size) continue;
    conditions.push({ name: deciding, values: [...values] });
    open = open.filter((variant) => allowedValues(propertyOf(variant, deciding))?.some((value) => values.has(value)));
  }
  return conditions;
}

interface FieldInput {
  readonly name: string;
  readonly path: string;
  readonly properties: readonly JsonSchema[];
  readonly labels: Readonly<Record<string, string>>;
  readonly choices: readonly string[] | undefined;
  readonly required: boolean;
  readonly appliesWith: readonly Condition[];
  readonly value: unknown;
}

function fieldOf(input: FieldInput): FormField {
  const property = input.properties[0]!;
  const values = input.choices ?? [...new Set(input.properties.flatMap((one) => allowedValues(one) ?? []))];
  const isGroup = variants(property).length > 0;
  const defaults = input.properties.map((one) => one.default).filter((one) => one !== undefined);
  return {
    path: input.path,
    name: input.name,
    kind: isGroup ? "group" : kindOf(property, values.length > 0, input.name),
    label: property.title ?? input.name,
    help: property.description ?? "",
    example: property.examples?.[0],
    required: input.required,
    defaultValue: defaults[0],
    choices: values.map((value) => ({ value, label: input.labels[value] ?? value })),
    decides: input.choices !== undefined && input.choices.length > 1,
    appliesWith: input.appliesWith,
    part: property["x-part"],
    minimum: property.minimum,
    maximum: property.maximum,
    step: property.multipleOf,
    fields: isGroup ? describeForm({ oneOf: input.properties }, input.value, input.path) : [],
  };
}

function kindOf(property: JsonSchema, hasChoices: boolean, name: string): FormFieldKind {
  if (hasChoices) return "choice";
  if (property.type === "number" || property.type === "integer") return "number";
  if (property.type === "object")
    return typeof property.additionalProperties === "object" && property.additionalProperties.type === "string"
      ? "map"
      : "json";
  return name === "fileContents" || name === "filterExpression" ? "long-text" : "text";
}
