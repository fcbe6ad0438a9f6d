import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const template = join(import.meta.dirname, "../../packages/connectors/template");

/**
 * Makes `packages/connectors/src/<name>` from the template and adds the new destination to both catalogues.
 * `name` is in kebab-case. Returns the files made or changed. Throws with the reason when the name cannot be used.
 */
export function makeConnector(name: string, connectorsDir: string): readonly string[] {
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name)) {
    throw new Error(
      `"${name}" is no name for a connector: use lower-case words joined by hyphens, such as example-target.`,
    );
  }
  const folder = join(connectorsDir, name);
  if (existsSync(folder)) throw new Error(`${folder} is there already.`);
  cpSync(template, folder, { recursive: true });
  const files = readdirSync(folder).map((file) => join(folder, file));
  for (const file of files) writeFileSync(file, named(readFileSync(file, "utf8"), name));
  return [...files, addToConfigCatalogue(name, connectorsDir), addToCatalogue(name, connectorsDir)];
}

function named(text: string, name: string): string {
  const words = name.split("-");
  const camel = words.map((word, at) => (at === 0 ? word : capitalised(word))).join("");
  return text
    .replaceAll('from "../src/', 'from "../')
    .replaceAll("EXAMPLE_TARGET", words.join("_").toUpperCase())
    .replaceAll("ExampleTarget", capitalised(camel))
    .replaceAll("exampleTarget", camel)
    .replaceAll("Example target", capitalised(words.join(" ")))
    .replaceAll("example target", words.join(" "));
}

const capitalised = (word: string): string => word.slice(0, 1).toUpperCase() + word.slice(1);

function addToConfigCatalogue(name: string, connectorsDir: string): string {
  const entry = `  EXAMPLE_TARGET: { schema: exampleTargetWriteConfig, generatedNames: [], makes: "", repeats: "again" },`;
  return addTo(join(connectorsDir, "config-catalogue.ts"), "writeConnectorConfigs", {
    entry: named(entry, name),
    import: named(`import { exampleTargetWriteConfig } from "./${name}/config.ts";`, name),
  });
}

function addToCatalogue(name: string, connectorsDir: string): string {
  return addTo(join(connectorsDir, "catalogue.ts"), "writeConnectors", {
    entry: named("  EXAMPLE_TARGET: exampleTargetWriteConnector,", name),
    import: named(`import { exampleTargetWriteConnector } from "./${name}/connectors.ts";`, name),
  });
}

function addTo(file: string, catalogue: string, lines: { readonly entry: string; readonly import: string }): string {
  const text = readFileSync(file, "utf8");
  const begins = text.indexOf(`export const ${catalogue} = {`);
  const ends = text.indexOf("\n} as const", begins);
  if (begins < 0 || ends < 0) throw new Error(`${file} has no catalogue ${catalogue} to add a line to.`);
  writeFileSync(file, `${lines.import}\n${text.slice(0, ends)}\n${lines.entry}${text.slice(ends)}`);
  return file;
}
