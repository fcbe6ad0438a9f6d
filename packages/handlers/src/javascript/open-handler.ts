import type { HandlerDescription } from "@letsdata/plugin-kit/compute-engine";
import { Problem } from "@letsdata/plugin-kit/problems";
import { type HandlerInterface, interfacesIn } from "../artifact/locate-handler.ts";
import { withEntry } from "../lambda-bridge/with-entry.ts";
import type { HandlerSource, LanguageHost, SingleFileHost, TaskHandlerSource } from "../language-host.ts";
import { requiredMethods } from "../required-methods.ts";
import { openStateMachine } from "../state-machine/combine-files.ts";
import { javaScriptEntryHost } from "./lambda-entry.ts";
import { loadHandlerObject } from "./load-handler-class.ts";
import { openRecordHandler } from "./record-handler.ts";
import { openSingleFileParser } from "./single-file-parser.ts";
import { openJavaScriptStateMachine } from "./state-machine-objects.ts";
import { openVectorsHandler } from "./vectors-handler.ts";

/** Loads a `SingleFileParser` for one attempt. Runs customer code: in the task's process only. */
export async function openJavaScriptFileHandler(source: TaskHandlerSource): Promise<SingleFileHost> {
  const { handler } = await loadHandlerObject(source.artifactDir, "SingleFileParser", source.implementation);
  return openSingleFileParser(handler, source.taskId);
}

/** Handlers in JavaScript run in the task's own process. */
export const javaScriptHost: LanguageHost = withEntry(
  {
    describe: describeJavaScriptArtifact,
    openSingleFileParser: openJavaScriptFileHandler,
    async openRecordHandler({ artifactDir, implementation, interfaceName, taskId }) {
      const { handler } = await loadHandlerObject(artifactDir, interfaceName, implementation);
      return openRecordHandler(handler, interfaceName, taskId);
    },
    async openVectorsHandler({ artifactDir, implementation, taskId }) {
      const { handler } = await loadHandlerObject(artifactDir, "SagemakerVectorsInterface", implementation);
      return openVectorsHandler(handler, taskId);
    },
    openStateMachine: async (source) =>
      openStateMachine(await openJavaScriptStateMachine(source), source.names, source.limits),
  },
  javaScriptEntryHost,
  "JAVASCRIPT",
);

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
