import type { FormField } from "@letsdata/dataset/describe-form";
import { setValue, valueAt } from "../../config-form/set-value.ts";

/** The text with every attribute filled in that is needed and leaves nothing to choose. */
export function withOnlyChoices(text: string, document: unknown, fields: readonly FormField[]): string {
  return fields
    .filter((field) => field.kind === "choice" && field.required && field.choices.length === 1)
    .filter((field) => valueAt(document, field.path) === undefined)
    .reduce((whole, field) => setValue(whole, field.path, field.choices[0]!.value), text);
}
