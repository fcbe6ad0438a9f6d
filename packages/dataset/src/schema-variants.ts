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

const discriminatorsOf = new WeakMap<readonly JsonSchema[], readonly string[]>();

/** Attributes whose value decides which variant applies: enumerations in every variant, and not the same in all. */
export function discriminators(all: readonly JsonSchema[]): readonly string[] {
  const known = discriminatorsOf.get(all);
  if (known) return known;
  const first = all[0]?.properties ?? {};
  const found = Object.keys(first).filter((name) => {
    const values = all.map((variant) => allowedValues(propertyOf(variant, name)));
    return values.every((list) => list !== undefined) && new Set(values.map((list) => list?.join())).size > 1;
  });
  discriminatorsOf.set(all, found);
  return found;
}

/** Variants whose discriminators agree with the value; all of them if none does. */
export function matchingVariants(all: readonly JsonSchema[], value: JsonObject): readonly JsonSchema[] {
  let matching = all;
  for (const name of discriminators(all)) {
    const narrowed = matching.filter((variant) => {
      const property = propertyOf(variant, name);
      if (value[name] === undefined) return property?.default !== undefined || variant.required?.includes(name);
      return allowedValues(property)?.includes(String(value[name]));
    });
    const byDefault =
      value[name] === undefined ? narrowed.filter((variant) => !variant.required?.includes(name)) : narrowed;
    if (byDefault.length > 0) matching = byDefault;
    else if (narrowed.length > 0) matching = narrowed;
  }
  return matching;
}
