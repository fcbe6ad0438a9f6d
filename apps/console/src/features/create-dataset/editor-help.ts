import { describeDatasetForm, type FormField } from "@letsdata/dataset/describe-form";
import { respellDatasetConfig } from "@letsdata/dataset/respell";

type Path = readonly (string | number)[];

/** The attributes that apply to the object at `path`, from the definition the form is drawn from. */
function fieldsOf(document: unknown, path: Path): readonly FormField[] {
  return path.reduce<readonly FormField[]>(
    (fields, name) => fields.find((field) => field.name === name)?.fields ?? [],
    describeDatasetForm(respellDatasetConfig(document).value),
  );
}

/** The attribute at `path`, or null when no such attribute applies there. */
export function fieldAt(document: unknown, path: Path): FormField | null {
  return fieldsOf(document, path.slice(0, -1)).find((field) => field.name === path.at(-1)) ?? null;
}

/** Attributes that may be written in the object at `path` and are not there yet, needed ones first. */
export function missingFields(document: unknown, path: Path): readonly FormField[] {
  const present = path.reduce<unknown>(
    (value, name) =>
      typeof value === "object" && value !== null ? (value as Record<string, unknown>)[name] : undefined,
    document,
  );
  const names = new Set(typeof present === "object" && present !== null ? Object.keys(present) : []);
  return fieldsOf(document, path)
    .filter((field) => !names.has(field.name))
    .sort((left, right) => Number(right.required) - Number(left.required));
}

/** Where the cursor goes in a template of CodeMirror, over `text` if there is any. */
const cursorOver = (text: unknown) => `\${${String(text)}}`;

/** What is written when an attribute is picked from the list. */
export function templateOf(field: FormField): string {
  const value = {
    group: `{\n\t${cursorOver("")}\n}`,
    map: `{${cursorOver("")}}`,
    json: `{${cursorOver("")}}`,
    number: cursorOver(field.defaultValue ?? field.example ?? ""),
    choice: `"${cursorOver(field.defaultValue ?? field.choices[0]?.value ?? "")}"`,
    text: `"${cursorOver("")}"`,
    "long-text": `"${cursorOver("")}"`,
  }[field.kind];
  return `"${field.name}": ${value}`;
}
