// @ts-check
import { readFileSync } from "node:fs";
import { registerHooks } from "node:module";
import { pathToFileURL } from "node:url";

/** @import { PreparedProgram } from "./program-file.ts" */

// Starts a program from its prepared file: `start-prepared.js FILE ENTRY`. What the file does not hold, and everything where it cannot be
// read, is loaded as ever. JavaScript, because a first TypeScript file costs Node 80 ms of a processor.
const [, , file = "", entry = ""] = process.argv;

try {
  const content = readFileSync(file);
  const secondLine = content.indexOf(10) + 1;
  const sources = content.indexOf(10, secondLine) + 1;
  /** @type {PreparedProgram["modules"]} */
  const modules = JSON.parse(content.toString("utf8", secondLine, sources));
  registerHooks({
    resolve(specifier, context, next) {
      const parent = context.parentURL === undefined ? undefined : modules[context.parentURL];
      const known = context.conditions.includes("require") ? parent?.requires : parent?.imports;
      const url = known?.[specifier];
      if (url === undefined) return next(specifier, context);
      return { url, format: modules[url]?.format, shortCircuit: true };
    },
    load(url, context, next) {
      const found = modules[url];
      if (found === undefined) return next(url, context);
      const source = content.toString("utf8", sources + found.start, sources + found.end);
      return { format: found.format, source, shortCircuit: true };
    },
  });
} catch {
  // It only saves time.
}
await import(pathToFileURL(entry).href);
