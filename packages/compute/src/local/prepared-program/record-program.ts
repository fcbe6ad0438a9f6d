import { findPackageJSON, registerHooks, stripTypeScriptTypes } from "node:module";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { inputOf, type PreparedModule, type ProgramInput, writeProgram } from "./program-file.ts";

// Loads a program as a task process would, with all it may load later, and writes down what Node resolved and read. It is started by
// `prepareProgram`, and no customer code is near it.
const { LETSDATA_PROGRAM_ENTRY: entry = "", LETSDATA_PROGRAM_FILE: file = "" } = process.env;

interface Recorded {
  readonly format?: string;
  readonly source: string;
  readonly imports: Record<string, string>;
  readonly requires: Record<string, string>;
}
const recorded = new Map<string, Recorded>();
const inputs: ProgramInput[] = ["record-program.ts", "program-file.ts", "start-prepared.js"].map((name) =>
  inputOf(join(import.meta.dirname, name)),
);
const isSource = (url: string): boolean => /^file:.*\.(ts|[cm]?js)$/.test(url);

const hooks = registerHooks({
  resolve(specifier, context, next) {
    const resolved = next(specifier, context);
    const parent = recorded.get(context.parentURL ?? "");
    if (parent && isSource(resolved.url)) {
      (context.conditions.includes("require") ? parent.requires : parent.imports)[specifier] = resolved.url;
    }
    return resolved;
  },
  load(url, context, next) {
    // Before it is read: a source that is saved meanwhile is found to have changed.
    if (isSource(url)) inputs.push(inputOf(fileURLToPath(url)));
    const loaded = next(url, context);
    if (!isSource(url) || loaded.source === undefined || loaded.source === null) return loaded;
    const text = typeof loaded.source === "string" ? loaded.source : new TextDecoder().decode(loaded.source);
    const isTypeScript = loaded.format === "module-typescript";
    const format = isTypeScript ? "module" : loaded.format;
    recorded.set(url, {
      ...(format ? { format } : {}),
      source: isTypeScript ? stripTypeScriptTypes(text) : text,
      imports: {},
      requires: {},
    });
    return loaded;
  },
});

await import(pathToFileURL(entry).href);
// What is loaded with its first use is named where it is: `await import("./reader.ts")`.
for (const [url, { source, imports }] of recorded) {
  if (url.includes("/node_modules/")) continue;
  for (const [, specifier = ""] of source.matchAll(/\bimport\("(\.[^"]+)"\)/g)) {
    const target = new URL(specifier, url).href;
    await import(target);
    imports[specifier] = target;
  }
}
hooks.deregister();

const modules: Record<string, PreparedModule> = {};
const sources: Buffer[] = [];
let end = 0;
for (const [url, { source, ...module }] of recorded) {
  const body = Buffer.from(source);
  modules[url] = { ...module, start: end, end: end + body.length };
  sources.push(body);
  end += body.length;
}
for (const path of resolvedBy([...recorded.keys()])) inputs.push(inputOf(path));
await writeProgram(file, { inputs, modules, sources });
process.exit();

/** What says how the specifiers of these sources are resolved. */
function resolvedBy(urls: readonly string[]): Set<string> {
  const packageFiles = urls.map((url) => findPackageJSON(url)).filter((path) => path !== undefined);
  // pnpm writes this file anew with every change of what is installed.
  const lockFiles = urls.flatMap((url) => {
    const folder = /^.*\/node_modules\/\.pnpm\//.exec(url)?.[0];
    return folder === undefined ? [] : [fileURLToPath(`${folder}lock.yaml`)];
  });
  return new Set([...packageFiles, ...lockFiles]);
}
