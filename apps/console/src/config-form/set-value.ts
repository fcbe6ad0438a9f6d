import type { FormField } from "@letsdata/dataset/describe-form";
import { applyEdits, findNodeAtLocation, type JSONPath, modify, parseTree } from "jsonc-parser";

const formatting = { insertSpaces: true, tabSize: 2, eol: "\n" };

/**
 * The text with the value at `path` set, or removed for undefined; everything else in it stays as it was written. A
 * text, number or list where an object has to be gives way to the object.
 */
export function setValue(text: string, path: string | JSONPath, value: unknown): string {
  const segments = typeof path === "string" ? path.split(".") : path;
  const whole = text.trim() === "" ? "{}" : text;
  const tree = parseTree(whole);
  for (let depth = 1; depth < segments.length; depth += 1) {
    const holder = tree && findNodeAtLocation(tree, segments.slice(0, depth));
    if (!holder || holder.type === "object" || holder.type === "array") continue;
    if (value === undefined) return whole;
    const cleared = modify(whole, segments.slice(0, depth), {}, { formattingOptions: formatting });
    return setValue(applyEdits(whole, cleared), segments, value);
  }
  if (value === undefined && !(tree && findNodeAtLocation(tree, segments))) return whole;
  return applyEdits(whole, modify(whole, segments, value, { formattingOptions: formatting }));
}

export function valueAt(document: unknown, path: string): unknown {
  return path
    .split(".")
    .reduce<unknown>(
      (value, name) =>
        typeof value === "object" && value !== null && !Array.isArray(value)
          ? (value as Record<string, unknown>)[name]
          : undefined,
      document,
    );
}

/** What a person typed, as the attribute wants it; empty removes the attribute. */
export function typedValue(field: Pick<FormField, "kind">, typed: string): unknown {
  if (typed === "") return undefined;
  if (field.kind === "number") return typed.trim() !== "" && Number.isFinite(Number(typed)) ? Number(typed) : typed;
  if (field.kind === "map" || field.kind === "json") {
    try {
      return JSON.parse(typed) as unknown;
    } catch {
      return typed;
    }
  }
  return typed;
}

/** The same value as the control shows it. */
export function shownValue(value: unknown): string {
  if (value === undefined || value === null) return "";
  return typeof value === "object" ? JSON.stringify(value, null, 2) : String(value);
}
