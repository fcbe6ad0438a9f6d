import type { JsonSchema } from "@letsdata/plugin-kit/json-schema";

/** Canonical values compare without case, blanks, `_` and `-`. */
export function loosened(text: string): string {
  return text.replace(/[\s_-]/g, "").toLowerCase();
}

export type JsonObject = { [key: string]: unknown };
export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

const variantsOf = new WeakMap<JsonSchema, readonly JsonSchema[]>();

/** The object shapes a schema allows: nested unions laid flat. */
export function variants(schema: JsonSchema): readonly JsonSchema[] {
  const known = variantsOf.get(schema);
  if (known) return known;
  const alternatives = schema.oneOf ?? schema.anyOf;
  const flat = alternatives ? alternatives.flatMap((one) => variants(one)) : schema.properties ? [schema] : [];
  variantsOf.set(schema, flat);
  return flat;
}

/** The schema of one attribute of a variant. */
export function propertyOf(variant: JsonSchema, name: string): JsonSchema | undefined {
  return variant.properties && Object.hasOwn(variant.properties, name) ? variant.properties[name] : undefined;
}

/** Values an attribute allows, or undefined if it is not an enumeration. */
export function allowedValues(schema: JsonSchema | undefined): readonly string[] | undefined {
  if (schema === undefined) return undefined;
  const values = schema.enum ?? (schema.const === undefined ? undefined : [schema.const]);
  return values?.filter((value) => typeof value === "string");
}

const variantIds = new WeakMap<JsonSchema, number>();
let variantCount = 0;
const discriminatorsOf = new Map<string, readonly string[]>();

/** Attributes whose value decides which variant applies: enumerations in every variant, and not the same in all. */
function discriminators(all: readonly JsonSchema[]): readonly string[] {
  if (all.length < 2) return [];
  let key = "";
  for (const variant of all) {
    let id = variantIds.get(variant);
    if (id === undefined) {
      id = variantCount++;
      variantIds.set(variant, id);
    }
    key += `${id},`;
  }
  let found = discriminatorsOf.get(key);
  if (!found) {
    found = findDiscriminators(all);
    discriminatorsOf.set(key, found);
  }
  return found;
}

function findDiscriminators(all: readonly JsonSchema[]): readonly string[] {
  return Object.keys(all[0]?.properties ?? {}).filter((name) => {
    const values = all.map((variant) => allowedValues(propertyOf(variant, name)));
    return values.every((list) => list !== undefined) && new Set(values.map((list) => list?.join())).size > 1;
  });
}

/** One attribute that decides between variants, with the values open at that point. */
export interface Decision {
  readonly name: string;
  readonly choices: readonly string[];
}
export interface Narrowed {
  /** Variants that agree with the value; where a decision fits none, it is passed over. */
  readonly matching: readonly JsonSchema[];
  /** In the order in which they are taken: a later one may exist only because of an earlier one. */
  readonly decisions: readonly Decision[];
}

export function narrow(all: readonly JsonSchema[], value: JsonObject): Narrowed {
  const decisions: Decision[] = [];
  let matching = all;
  let open = discriminators(all);
  while (true) {
    const name = open.find((candidate) => decisions.every((decision) => decision.name !== candidate));
    if (name === undefined) return { matching, decisions };
    const choices = [...new Set(matching.flatMap((variant) => allowedValues(propertyOf(variant, name)) ?? []))];
    decisions.push({ name, choices });
    const fitting = fittingVariants(matching, name, value);
    if (fitting.length > 0 && fitting.length < matching.length) {
      matching = fitting;
      open = discriminators(matching);
    }
  }
}

function fittingVariants(all: readonly JsonSchema[], name: string, value: JsonObject): readonly JsonSchema[] {
  const given = value[name];
  if (given !== undefined)
    return all.filter(
      (variant) => typeof given === "string" && allowedValues(propertyOf(variant, name))?.includes(given),
    );
  return all.filter((variant) => !variant.required?.includes(name));
}
