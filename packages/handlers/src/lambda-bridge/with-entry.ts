import { Problem } from "@letsdata/plugin-kit/problems";
import { type HandlerInterface, type ModuleLanguage, onlyEntryOf } from "../artifact/locate-handler.ts";
import type { HandlerSource, LanguageHost } from "../language-host.ts";

/**
 * A language's host, and for artifacts that have nothing but the entry of a Lambda image the bridge to it: such an image's files run
 * unmodified from an archive.
 */
export function withEntry(host: LanguageHost, bridge: LanguageHost, language: ModuleLanguage): LanguageHost {
  const hostOf = ({ artifactDir, implementation }: HandlerSource, interfaceName: HandlerInterface): LanguageHost =>
    onlyEntryOf(artifactDir, interfaceName, implementation, language) === null ? host : bridge;
  return {
    ...host,
    describe: (source) => hostOf(source, source.interfaceName).describe(source),
    openSingleFileParser: (source) => hostOf(source, "SingleFileParser").openSingleFileParser(source),
    openRecordHandler: (source) => hostOf(source, source.interfaceName).openRecordHandler(source),
    async openSparkStep(source) {
      const { openSparkStep } = hostOf(source, source.interfaceName);
      if (openSparkStep) return openSparkStep(source);
      throw new Problem("NOT_AVAILABLE_LOCALLY", "Spark handlers are written in Java or Python.", {
        path: "readConnector.artifactImplementationLanguage",
      });
    },
    async openStateMachine(source) {
      const { openStateMachine } = hostOf(source, source.interfaceName);
      if (openStateMachine) return openStateMachine(source);
      throw new Problem("INTERNAL", `The ${language} host has no state machines.`);
    },
    async openVectorsHandler(source) {
      const { openVectorsHandler } = hostOf(source, "SagemakerVectorsInterface");
      if (openVectorsHandler) return openVectorsHandler(source);
      throw new Problem("INTERNAL", `The ${language} host has no vectors handlers.`);
    },
  };
}
