import type { FormField } from "@letsdata/dataset/describe-form";
import type { JSONPath } from "jsonc-parser";

/** A value of the JSON that no field shows: of another choice, misspelt, or of the wrong kind. */
export interface LeftoverValue {
  readonly path: JSONPath;
  readonly value: unknown;
}

/** What the form would hide; it is listed beside the fields, so that nothing is in the JSON unseen. */
export function leftoverValues(
  fields: readonly FormField[],
  document: unknown,
  path: JSONPath = [],
): readonly LeftoverValue[] {
  if (document === undefined || document === null) return [];
  if (typeof document !== "object" || Array.isArray(document)) return [{ path, value: document }];
  return Object.entries(document).flatMap(([name, value]) => {
    const field = fields.find((candidate) => candidate.name === name);
    const at = [...path, name];
    if (!field) return [{ path: at, value: value as unknown }];
    return field.kind === "group" ? leftoverValues(field.fields, value, at) : [];
  });
}
