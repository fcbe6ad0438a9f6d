import { type Findings, pathOf } from "./findings.ts";
import { isObject, type JsonObject } from "./schema-variants.ts";

const depthMax = 32;
/** Configuration limit, product.md §2.1. */
export const configurationBytesMax = 1024 * 1024;

const nodesMax = 200_000;

/** A copy of plain data: `null` is absent, and nothing in it can reach a prototype, loop or go on for ever. */
export function plainCopy(input: unknown, findings: Findings): unknown {
  let nodes = 0;
  function copy(value: unknown, path: readonly PropertyKey[]): unknown {
    nodes++;
    if (nodes > nodesMax) {
      if (nodes === nodesMax + 1) findings.problem("", "TOO_LARGE", "The configuration has too many values");
      return undefined;
    }
    if (typeof value !== "object" || value === null)
      return typeof value === "function" || typeof value === "symbol" || value === null ? undefined : value;
    if (path.length > depthMax) {
      findings.problem(pathOf(path), "TOO_LARGE", `${pathOf(path)} is nested more than ${depthMax} levels deep`);
      return undefined;
    }
    if (Array.isArray(value)) return value.map((item, index) => copy(item, [...path, index]) ?? null);
    const object: JsonObject = {};
    for (const [name, inner] of Object.entries(value)) {
      if (name === "__proto__" || name === "constructor" || name === "prototype") {
        const at = pathOf([...path, name]);
        findings.problem(at, "UNKNOWN_ATTRIBUTE", `${at} is not an attribute`, "Remove it.");
        continue;
      }
      const copied = copy(inner, [...path, name]);
      if (copied !== undefined) object[name] = copied;
    }
    return object;
  }
  return copy(input, []);
}

/** The object inside another under `name`, if there is one. */
export function objectAt(object: JsonObject, name: string): JsonObject | undefined {
  const value = Object.hasOwn(object, name) ? object[name] : undefined;
  return isObject(value) ? value : undefined;
}

export function textAt(object: JsonObject | undefined, name: string): string | undefined {
  const value = object && Object.hasOwn(object, name) ? object[name] : undefined;
  return typeof value === "string" ? value : undefined;
}
