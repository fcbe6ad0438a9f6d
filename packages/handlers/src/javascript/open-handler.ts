import type { HandlerDescription } from "@letsdata/plugin-kit/compute-engine";
import { Problem } from "@letsdata/plugin-kit/problems";
import { type HandlerInterface, interfacesIn } from "../artifact/locate-handler.ts";
import { loadHandlerObject, requiredMethods } from "./load-handler-class.ts";
import { openSingleFileParser, type SingleFileHost } from "./single-file-parser.ts";

export interface HandlerSource {
  /** Unpacked artifact with its support modules. */
  readonly artifactDir: string;
  /** `path/module#Class` from the configuration. */
  readonly implementation?: string | null;
}

/** Loads a `SingleFileParser` for one attempt. Runs customer code: in the task's process only. */
export async function openJavaScriptFileHandler(
  input: HandlerSource & { readonly taskId: string },
): Promise<SingleFileHost> {
  const { handler } = await loadHandlerObject(input.artifactDir, "SingleFileParser", input.implementation);
  return openSingleFileParser(handler, input.taskId);
}

/** Loads every interface of an artifact once, so that a bad one is found at initialisation. Throws Problem ARTIFACT_INVALID. */
export async function describeJavaScriptArtifact(
  input: HandlerSource & { readonly interfaceName: HandlerInterface },
): Promise<HandlerDescription> {
  const { located } = await loadHandlerObject(input.artifactDir, input.interfaceName, input.implementation);
  const others: Record<string, string> = {};
  for (const name of interfacesIn(input.artifactDir)) {
    if (name === input.interfaceName || requiredMethods[name] === undefined) continue;
    try {
      others[name] = (await loadHandlerObject(input.artifactDir, name)).located.modulePath;
    } catch (thrown) {
      if (!(thrown instanceof Problem)) throw thrown;
    }
  }
  return { language: "JAVASCRIPT", interfaces: { ...others, [input.interfaceName]: located.modulePath } };
}
