import { readdirSync, readFileSync } from "node:fs";
import { inputSchemaOf, type JsonSchema } from "@letsdata/plugin-kit/json-schema";
import { describe, expect, test } from "vitest";
import { errorConnectorConfigs, readConnectorConfigs, writeConnectorConfigs } from "./config-catalogue.ts";

const schemas = [
  ...Object.entries(readConnectorConfigs).flatMap(([name, entry]) => [
    [`read ${name}`, inputSchemaOf(entry.schema)] as const,
    ...Object.entries(entry.manifests).map(([type, schema]) => [type, inputSchemaOf(schema)] as const),
  ]),
  ...Object.entries(writeConnectorConfigs).map(
    ([name, entry]) => [`write ${name}`, inputSchemaOf(entry.schema)] as const,
  ),
  ...Object.entries(errorConnectorConfigs).map(
    ([name, entry]) => [`error ${name}`, inputSchemaOf(entry.schema)] as const,
  ),
];

function attributes(schema: JsonSchema, path = ""): readonly (readonly [string, JsonSchema])[] {
  const inner = (schema.oneOf ?? schema.anyOf ?? []).flatMap((one) => attributes(one, path));
  const own = Object.entries(schema.properties ?? {}).flatMap(([name, property]) => [
    [`${path}.${name}`, property] as const,
    ...attributes(property, `${path}.${name}`),
  ]);
  return [...inner, ...own];
}

function accepts(schema: JsonSchema, value: unknown): boolean {
  if (schema.enum) return schema.enum.includes(value);
  if (typeof value === "number") return value >= (schema.minimum ?? value) && value <= (schema.maximum ?? value);
  if (typeof value === "string") return schema.pattern === undefined || new RegExp(schema.pattern, "u").test(value);
  return typeof value === schema.type;
}

describe("every attribute of every connector", () => {
  test.each(schemas)("%s has label, help and an example that is accepted", (_, schema) => {
    for (const [path, property] of attributes(schema)) {
      expect(property.title, path).toBeTruthy();
      expect(property.description, path).toMatch(/\.$/);
      if (property["x-generated"] || property.const !== undefined) continue;
      expect(property.examples, path).toHaveLength(1);
      expect(accepts(property, property.examples?.[0]), path).toBe(true);
      if (property.default !== undefined) expect(accepts(property, property.default), path).toBe(true);
    }
  });
});

test("every connector folder with a configuration is in the catalogue", () => {
  const folders = readdirSync(import.meta.dirname, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const withConfig = folders.filter((folder) =>
    readdirSync(`${import.meta.dirname}/${folder.name}`).includes("config.ts"),
  );
  const catalogue = readFileSync(`${import.meta.dirname}/config-catalogue.ts`, "utf8");
  for (const folder of withConfig) expect(catalogue).toContain(`./${folder.name}/config.ts`);
  expect(withConfig.length).toBeGreaterThan(0);
});
