import { defaultModules, type HandlerInterface } from "@letsdata/handlers/artifact/locate-handler";
import type { LanguageHost } from "@letsdata/handlers/language-host";
import type { HandlerDescription } from "@letsdata/plugin-kit/compute-engine";
import { Problem } from "@letsdata/plugin-kit/problems";
import { languageHosts } from "./language-hosts.ts";

interface HandlerPlace {
  readonly host: LanguageHost;
  readonly interfaceName: HandlerInterface;
}

/** Throws NOT_AVAILABLE_LOCALLY for a language or interface this program has no host for. */
export function handlerPlace(language: HandlerDescription["language"], interfaceName: string): HandlerPlace {
  const host = languageHosts[language];
  if (!host) {
    const known = Object.keys(languageHosts).join(", ");
    throw new Problem("NOT_AVAILABLE_LOCALLY", `Handlers in ${language} cannot run here yet; ${known} can.`, {
      path: "readConnector.artifactImplementationLanguage",
    });
  }
  if (!Object.hasOwn(defaultModules, interfaceName)) {
    throw new Problem("NOT_AVAILABLE_LOCALLY", `There is no handler interface ${interfaceName}.`);
  }
  return { host, interfaceName: interfaceName as HandlerInterface };
}
