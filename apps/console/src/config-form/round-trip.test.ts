import { describeDatasetForm, type FormField } from "@letsdata/dataset/describe-form";
import { arbitraryConfig } from "@letsdata/dataset/testing/arbitrary-config";
import { test } from "@letsdata/dataset/testing/property";
import { describe, expect } from "vitest";
import { leftoverValues } from "./leftover-values.ts";
import { setValue, shownValue, typedValue, valueAt } from "./set-value.ts";

interface Shown {
  readonly field: FormField;
  readonly text: string;
}

/** What stands in the controls of the form for a configuration. */
function formOf(document: unknown): readonly Shown[] {
  const leaves = (fields: readonly FormField[]): readonly FormField[] =>
    fields.flatMap((field) => (field.kind === "group" ? leaves(field.fields) : [field]));
  return leaves(describeDatasetForm(document))
    .map((field) => ({ field, text: shownValue(valueAt(document, field.path)) }))
    .filter(({ text }) => text !== "");
}

const controlsOf = (form: readonly Shown[]) =>
  JSON.stringify(form.map(({ field, text }) => [field.path, field.kind, text]));

/** The object that a person makes who types all of it into an empty form. */
function objectOf(form: readonly Shown[]): unknown {
  return form.reduce<Record<string, unknown>>(
    (object, { field, text }) => withValue(object, field.path.split("."), typedValue(field, text)),
    {},
  );
}

function withValue(object: unknown, [name, ...deeper]: readonly string[], value: unknown): Record<string, unknown> {
  const holder = (object ?? {}) as Record<string, unknown>;
  return { ...holder, [name!]: deeper.length === 0 ? value : withValue(holder[name!], deeper, value) };
}

/** The same, written into the text of the JSON editor change by change. */
function textOf(form: readonly Shown[]): string {
  return form.reduce((json, { field, text }) => setValue(json, field.path, typedValue(field, text)), "");
}

describe("form and JSON are the same object", () => {
  test("form → JSON → form → JSON is the identity", [arbitraryConfig()], { numRuns: 2000 }, (config) => {
    const form = formOf(config);
    const json = JSON.stringify(objectOf(form));
    expect(controlsOf(formOf(JSON.parse(json)))).toBe(controlsOf(form));
    expect(JSON.parse(json)).toEqual(config);
  });

  test("every change of a field is a change of the same text", [arbitraryConfig()], { numRuns: 60 }, (config) => {
    expect(JSON.parse(textOf(formOf(config)))).toEqual(config);
  });

  test("no value of a valid configuration is hidden from the form", [arbitraryConfig()], { numRuns: 100 }, (config) => {
    expect(leftoverValues(describeDatasetForm(config), config)).toEqual([]);
  });
});
