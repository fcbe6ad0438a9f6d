import type { JsonSchema } from "@letsdata/plugin-kit/json-schema";
import { type Findings, pathOf } from "./findings.ts";
import { generatedNamePattern } from "./names.ts";
import { nearestName } from "./nearest-name.ts";
import {
  allowedValues,
  type Decision,
  isObject,
  type JsonObject,
  narrow,
  propertyOf,
  variants,
} from "./schema-variants.ts";

/** Unknown attributes of one object that are named; a body of tens of thousands would keep everybody waiting. */
const unknownNamedMax = 100;

/**
 * Removes what the schema does not know, in place: unknown attributes become problems that name the nearest, attributes
 * of another variant say when they apply, and generated names are dropped with a notice.
 */
export function removeUnknownAttributes(
  value: JsonObject,
  schema: JsonSchema,
  findings: Findings,
  path: readonly PropertyKey[] = [],
): void {
  const all = variants(schema);
  if (all.length === 0) return;
  const { matching, decisions } = narrow(all, value);
  const known = [...new Set(matching.flatMap((variant) => Object.keys(variant.properties ?? {})))];
  let unknown = 0;
  for (const name of Object.keys(value)) {
    const at = pathOf([...path, name]);
    const properties = matching.map((variant) => propertyOf(variant, name)).filter((one) => one !== undefined);
    if (properties.length > 0) {
      if (properties.every((property) => property["x-generated"])) dropGenerated(value, name, at, findings);
      else if (isObject(value[name]))
        removeUnknownAttributes(
          value[name],
          properties.length === 1 ? properties[0]! : { oneOf: properties },
          findings,
          [...path, name],
        );
      continue;
    }
    const elsewhere = all.filter((variant) => propertyOf(variant, name) !== undefined);
    if (elsewhere.length > 0)
      findings.problem(
        at,
        "NOT_APPLICABLE",
        `${at} does not apply here`,
        conditionOf(elsewhere, decisions, value, name),
      );
    else if (++unknown <= unknownNamedMax) {
      const nearest = nearestName(name, known);
      findings.problem(
        at,
        "UNKNOWN_ATTRIBUTE",
        `${at} is not an attribute of ${path.length === 0 ? "a dataset" : pathOf(path)}`,
        nearest === undefined ? `Remove it. Known are: ${known.join(", ")}.` : `Did you mean ${nearest}?`,
      );
    }
    delete value[name];
  }
  if (unknown > unknownNamedMax)
    findings.problem(pathOf(path), "UNKNOWN_ATTRIBUTE", `${unknown - unknownNamedMax} more attributes are not known`);
}

function dropGenerated(value: JsonObject, name: string, at: string, findings: Findings): void {
  const given = value[name];
  delete value[name];
  const last =
    typeof given === "string" ? (given.split(/[:/]/).find((part) => generatedNamePattern.test(part)) ?? "") : "";
  if (last !== "") findings.notice(at, `${at} is a generated name and was left out`);
  else
    findings.problem(
      at,
      "NOT_APPLICABLE",
      `${at} is named by the system when resourceLocation is LetsData`,
      "Leave it out, or set resourceLocation to Customer to use your own.",
    );
}

function conditionOf(
  elsewhere: readonly JsonSchema[],
  decisions: readonly Decision[],
  value: JsonObject,
  name: string,
): string {
  for (const { name: discriminator } of decisions) {
    const values = [
      ...new Set(elsewhere.flatMap((variant) => allowedValues(propertyOf(variant, discriminator)) ?? [])),
    ];
    const given = value[discriminator];
    if (values.length > 0 && !(typeof given === "string" && values.includes(given)))
      return `Remove it: ${name} goes with ${discriminator} ${values.join(", ")}.`;
  }
  return "Remove it.";
}
