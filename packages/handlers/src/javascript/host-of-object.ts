import { Problem } from "@letsdata/plugin-kit/problems";
import type { HandlerInterface } from "../artifact/locate-handler.ts";
import type { LanguageHost } from "../language-host.ts";
import { isRecordInterface, type RecordInterface, recordInterfaces } from "../record-arguments.ts";
import { requiredMethods } from "../required-methods.ts";
import type { VectorsHandler } from "../vectors/vectors-handler.ts";
import type { HandlerObject } from "./load-handler-class.ts";
import { openRecordHandler } from "./record-handler.ts";
import { openSingleFileParser } from "./single-file-parser.ts";
import { openVectorsHandler } from "./vectors-handler.ts";

/** Runs one object in this process, for unit tests of handlers. Throws Problem REQUEST_INVALID where its interface cannot be told. */
export function hostOfObject(
  handler: object,
  stated?: string,
): { readonly host: LanguageHost; readonly interfaceName: RecordInterface } {
  const object = objectOf(handler);
  const interfaceName = interfaceOf(object, stated);
  requireMethods(object, interfaceName);
  return {
    interfaceName,
    host: {
      describe: async () => ({ language: "JAVASCRIPT", interfaces: { [interfaceName]: "" } }),
      openSingleFileParser: async ({ taskId }) => openSingleFileParser(object, taskId),
      openRecordHandler: async ({ taskId }) => openRecordHandler(object, interfaceName, taskId),
    },
  };
}

/** The same for a `SagemakerVectorsInterface`. */
export function vectorsHandlerOfObject(handler: object, taskId: string): VectorsHandler {
  const object = objectOf(handler);
  requireMethods(object, "SagemakerVectorsInterface");
  return openVectorsHandler(object, taskId);
}

function objectOf(handler: object): HandlerObject {
  return (typeof handler === "function" ? new (handler as new () => object)() : handler) as HandlerObject;
}

function requireMethods(object: HandlerObject, interfaceName: HandlerInterface): void {
  const missing = (requiredMethods[interfaceName] ?? []).filter((method) => typeof object[method] !== "function");
  if (missing.length === 0) return;
  throw new Problem("ARTIFACT_INVALID", `The handler lacks ${missing.join(", ")} of ${interfaceName}.`);
}

function interfaceOf(object: HandlerObject, stated: string | undefined): RecordInterface {
  const name = stated ?? object.constructor.name;
  if (isRecordInterface(name)) return name;
  const fitting = recordInterfaces.filter((one) =>
    requiredMethods[one]?.every((method) => typeof object[method] === "function"),
  );
  const [only, second] = fitting;
  if (stated === undefined && only && !second) return only;
  throw new Problem(
    "REQUEST_INVALID",
    `State as interfaceName one of ${(second ? fitting : recordInterfaces).join(", ")}.`,
  );
}
