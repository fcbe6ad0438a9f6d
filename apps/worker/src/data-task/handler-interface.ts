import { defaultModules, type HandlerInterface } from "@letsdata/handlers/artifact/locate-handler";
import { Problem } from "@letsdata/plugin-kit/problems";

/** Throws NOT_AVAILABLE_LOCALLY for a language or interface this program has no host for. */
export function handlerInterface(language: string, interfaceName: string): HandlerInterface {
  if (language !== "JAVASCRIPT") {
    throw new Problem("NOT_AVAILABLE_LOCALLY", `Handlers in ${language} cannot run here yet; JAVASCRIPT can.`, {
      path: "readConnector.artifactImplementationLanguage",
    });
  }
  if (!Object.hasOwn(defaultModules, interfaceName)) {
    throw new Problem("NOT_AVAILABLE_LOCALLY", `There is no handler interface ${interfaceName}.`);
  }
  return interfaceName as HandlerInterface;
}
