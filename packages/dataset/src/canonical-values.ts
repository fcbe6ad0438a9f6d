import type { JsonSchema } from "@letsdata/plugin-kit/json-schema";
import { allowedValues, isObject, type JsonObject, loosened, propertyOf, variants } from "./schema-variants.ts";

/** Sets every enumeration value to its canonical spelling, in place: case, blanks, `_` and `-` do not count. */
export function canonicaliseValues(value: JsonObject, schema: JsonSchema): void {
  const all = variants(schema);
  for (const [name, inner] of Object.entries(value)) {
    const properties = all.map((variant) => propertyOf(variant, name)).filter((one) => one !== undefined);
    if (typeof inner === "string") {
      const allowed = properties.flatMap((property) => allowedValues(property) ?? []);
      if (allowed.includes(inner)) continue;
      const canonical = allowed.find((one) => loosened(one) === loosened(inner));
      if (canonical !== undefined) value[name] = canonical;
    } else if (isObject(inner) && properties.length > 0) {
      canonicaliseValues(inner, properties.length === 1 ? properties[0]! : { oneOf: properties });
    }
  }
}
