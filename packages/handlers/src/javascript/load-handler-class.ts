import { pathToFileURL } from "node:url";
import { Problem } from "@letsdata/plugin-kit/problems";
import { type HandlerInterface, type LocatedHandler, locateHandler } from "../artifact/locate-handler.ts";
import { requiredMethods } from "../required-methods.ts";
import { describeThrown } from "./describe-thrown.ts";

export type HandlerObject = Readonly<Record<string, (...args: readonly unknown[]) => unknown>>;

/**
 * Imports the customer's module and makes one handler object: customer code runs here. Throws Problem ARTIFACT_INVALID for a module
 * that does not parse or import, a missing export or method, or a throwing constructor.
 */
export async function loadHandlerObject(
  artifactDir: string,
  interfaceName: HandlerInterface,
  implementation?: string | null,
): Promise<{ readonly handler: HandlerObject; readonly located: LocatedHandler }> {
  const methods = requiredMethods[interfaceName];
  if (methods === undefined) {
    throw new Problem(
      "NOT_AVAILABLE_LOCALLY",
      `JavaScript handlers of the interface ${interfaceName} cannot run here yet.`,
    );
  }
  const located = locateHandler(artifactDir, interfaceName, implementation);
  const exported = exportedClass(await importModule(located), located, methods);
  const handler = construct(exported, located);
  const missing = methods.filter((method) => typeof handler[method] !== "function");
  if (missing.length > 0) {
    throw invalid(
      located,
      `The class ${located.exportName} in ${located.modulePath} lacks the method${missing.length > 1 ? "s" : ""} ${missing.join(", ")}.`,
      `Add ${missing.join(", ")} as described in the handlers guide.`,
    );
  }
  return { handler, located };
}

async function importModule(located: LocatedHandler): Promise<Record<string, unknown>> {
  try {
    return (await import(pathToFileURL(located.file).href)) as Record<string, unknown>;
  } catch (thrown) {
    const { text, stack } = describeThrown(thrown);
    const what = thrown instanceof SyntaxError ? "does not parse" : "cannot be imported";
    throw new Problem("ARTIFACT_INVALID", `The module ${located.modulePath} ${what}: ${text}`, {
      errors: [
        {
          path: located.modulePath,
          code: thrown instanceof SyntaxError ? "SYNTAX_ERROR" : "IMPORT_FAILED",
          message: text,
          fix: "Run `node` on the module where you build it; pack every package it imports.",
        },
      ],
      details: { stack },
    });
  }
}

function exportedClass(module: Record<string, unknown>, located: LocatedHandler, methods: readonly string[]): unknown {
  const { exportName } = located;
  const fallback = module.default as Record<string, unknown> | null | undefined;
  const candidates = [module[exportName], fallback?.[exportName], fallback];
  const found = candidates.find((value) => typeof value === "function" || hasMethod(value, methods));
  if (found !== undefined) return found;
  const names = Object.keys(module).filter((name) => name !== "default" && name !== "module.exports");
  const has = names.length === 0 ? "nothing" : names.join(", ");
  throw invalid(
    located,
    `The module ${located.modulePath} does not export the class ${exportName}; it exports ${has}.`,
    `Write \`export class ${exportName} { … }\` in it.`,
  );
}

function hasMethod(value: unknown, methods: readonly string[]): boolean {
  return typeof value === "object" && value !== null && methods.some((method) => method in value);
}

function construct(exported: unknown, located: LocatedHandler): HandlerObject {
  if (typeof exported !== "function") return exported as HandlerObject;
  try {
    return new (exported as new () => HandlerObject)();
  } catch (thrown) {
    const { text, stack } = describeThrown(thrown);
    throw new Problem(
      "ARTIFACT_INVALID",
      `The constructor of ${located.exportName} in ${located.modulePath} threw: ${text}`,
      { details: { stack } },
    );
  }
}

function invalid(located: LocatedHandler, message: string, fix: string): Problem {
  return new Problem("ARTIFACT_INVALID", message, {
    errors: [{ path: located.modulePath, code: "ARTIFACT_INVALID", message, fix }],
  });
}
