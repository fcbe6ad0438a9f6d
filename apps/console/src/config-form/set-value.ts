import type { FormField } from "@letsdata/dataset/describe-form";
import { applyEdits, modify } from "jsonc-parser";

const formatting = { insertSpaces: true, tabSize: 2, eol: "\n" };

/** The text with the value at `path` set, or removed for undefined; everything else in it stays as it was written. */
export function setValue(text: string, path: string, value: unknown): string {
  const whole = text.trim() === "" ? "{}" : text;
  return applyEdits(whole, modify(whole, path.split("."), value, { formattingOptions: formatting }));
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
  if (field.kind === "number") return Number.isFinite(Number(typed)) ? Number(typed) : typed;
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
