import { datasetFormSchema } from "@letsdata/dataset/json-schema";
import { allowedValues, propertyOf, variants } from "@letsdata/dataset/schema-variants";
import type { JsonSchema } from "@letsdata/plugin-kit/json-schema";
import { table } from "./markdown.ts";

const head = ["attribute", "what it is", "values", "default", "example", "needed"];

/** Which attribute tells the kinds of a component apart. */
const kinds: Readonly<Record<string, string>> = {
  readConnector: "connectorDestination",
  writeConnector: "connectorDestination",
  errorConnector: "connectorDestination",
  computeEngine: "computeEngineType",
  manifestFile: "manifestType",
};

export function configPage(): string {
  const [dataset] = variants(datasetFormSchema());
  const components = Object.entries(dataset!.properties ?? {}).filter(([name]) => Object.hasOwn(kinds, name));
  const lines = [
    "# Dataset JSON",
    "",
    "Generated from the schemas of the connectors and compute engines. [dataset.schema.json](dataset.schema.json) is the same as JSON Schema 2020-12.",
    "",
    "## Dataset",
    "",
    attributeTable([dataset!], ""),
    "",
  ];
  for (const [name, component] of components) {
    lines.push(`## ${name}`, "", component.description ?? "", "");
    for (const [kind, ofKind] of byKind(component, kinds[name]!))
      lines.push(`### ${name}: ${kind}`, "", attributeTable(ofKind, ""), "");
  }
  return lines.join("\n");
}

function byKind(component: JsonSchema, discriminator: string): ReadonlyMap<string, readonly JsonSchema[]> {
  const found = new Map<string, JsonSchema[]>();
  for (const variant of variants(component)) {
    const [kind = "any"] = allowedValues(propertyOf(variant, discriminator)) ?? [];
    found.set(kind, [...(found.get(kind) ?? []), variant]);
  }
  return found;
}

function attributeTable(all: readonly JsonSchema[], prefix: string): string {
  return table(head, attributeRows(all, prefix));
}

/** One row an attribute, whichever of the variants have it; groups are followed by their own attributes. */
function attributeRows(all: readonly JsonSchema[], prefix: string): readonly string[][] {
  const names = [...new Set(all.flatMap((variant) => Object.keys(variant.properties ?? {})))];
  return names.flatMap((name) => {
    const having = all.filter((variant) => propertyOf(variant, name) !== undefined);
    const properties = having.map((variant) => propertyOf(variant, name)!);
    const isRequired = having.filter((variant) => variant.required?.includes(name)).length;
    const row = [
      `\`${prefix}${name}\``,
      [...new Set(properties.map((property) => property.description ?? property.title ?? ""))].join(" "),
      valuesText(properties),
      codeOf(properties.find((property) => property.default !== undefined)?.default),
      codeOf(properties.find((property) => property.examples?.length)?.examples?.[0]),
      isRequired === all.length ? "yes" : isRequired > 0 ? "in some cases" : "",
    ];
    if (prefix === "" && Object.hasOwn(kinds, name)) return [row];
    const inner = properties.flatMap((property) => variants(property));
    return [row, ...(inner.length > 0 ? attributeRows(inner, `${prefix}${name}.`) : [])];
  });
}

function valuesText(properties: readonly JsonSchema[]): string {
  const values = [...new Set(properties.flatMap((property) => allowedValues(property) ?? []))];
  if (values.length > 0) return values.map((value) => `\`${value}\``).join(", ");
  const [first] = properties;
  const { minimum, maximum, pattern, maxLength, type } = first!;
  if (minimum !== undefined || maximum !== undefined) return `${minimum ?? ""} to ${maximum ?? ""}`;
  if (pattern) return `text like \`${pattern}\``;
  if (maxLength) return `text of at most ${maxLength} characters`;
  return type === "string" ? "text" : (type ?? "object");
}

function codeOf(value: unknown): string {
  return value === undefined ? "" : `\`${typeof value === "string" ? value : JSON.stringify(value)}\``;
}
