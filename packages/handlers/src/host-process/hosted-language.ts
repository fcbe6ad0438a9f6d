import type { HandlerDescription } from "@letsdata/plugin-kit/compute-engine";
import type { Handler, HandlerResult } from "@letsdata/plugin-kit/handler";
import type { SourceRecord } from "@letsdata/plugin-kit/reader";
import type { HandlerInterface, ModuleLanguage } from "../artifact/locate-handler.ts";
import { frameFile } from "../file-framing.ts";
import { withEntry } from "../lambda-bridge/with-entry.ts";
import type { HandlerSource, LanguageHost } from "../language-host.ts";
import { type RecordInterface, recordCalls } from "../record-arguments.ts";
import { recordPlace } from "../record-place.ts";
import { requiredMethods } from "../required-methods.ts";
import { isSparkInterface, type SparkSurroundings } from "../spark/spark-step.ts";
import { openStateMachine } from "../state-machine/combine-files.ts";
import { type Answer, asHandlerProblem, type HostCommand, HostException, HostProcess } from "./host-process.ts";
import { hostedEntry } from "./hosted-entry.ts";
import { openHostedSpark } from "./hosted-spark.ts";
import { openHostedStateMachine } from "./hosted-state-machine.ts";
import { type ResultRow, resultOfRow, textsIn } from "./result-rows.ts";

/** Where a language's class is, in the words of its host. */
export interface HostedClass {
  /** Path within the artifact; empty where the class's own name is enough. */
  readonly module: string;
  readonly class: string;
}

export interface HostedLanguageInput {
  readonly language: HandlerDescription["language"];
  /** `surroundings` are given for code that may start Spark. */
  readonly command: (artifactDir: string, surroundings?: SparkSurroundings) => HostCommand;
  readonly locate: (source: HandlerSource, interfaceName: HandlerInterface) => HostedClass;
  /** The language also runs the entry of a Lambda image. */
  readonly entryOf?: ModuleLanguage;
}

/** An object of customer code in its host, for one attempt. */
interface HostedObject {
  call(message: Readonly<Record<string, unknown>>, blob?: readonly Uint8Array[]): Promise<Answer>;
  /** Customer code cannot be interrupted: ends its process. */
  kill(): void;
  /** A call under way is ended. */
  close(): void;
}

/** A language whose handlers run in a warm process of its own beside the task's. */
export function hostedLanguage({ language, command, locate, entryOf }: HostedLanguageInput): LanguageHost {
  const warm = new Map<string, HostProcess>();

  function processOf({ artifactDir, surroundings }: Pick<HandlerSource, "artifactDir" | "surroundings">): HostProcess {
    if (surroundings) return new HostProcess(command(artifactDir, surroundings));
    const known = warm.get(artifactDir);
    if (known?.isAlive) return known;
    const started = new HostProcess(command(artifactDir));
    warm.set(artifactDir, started);
    return started;
  }

  async function load(source: HandlerSource, interfaceName: HandlerInterface): Promise<HostedObject> {
    const found = locate(source, interfaceName);
    const process = processOf(source);
    try {
      const methods = requiredMethods[interfaceName] ?? [];
      const object = await process.call({ op: "load", interface: interfaceName, ...found, methods });
      let calls = 0;
      return {
        async call(message, blob) {
          calls++;
          try {
            return await process.callForBytes({ object, ...message }, blob);
          } finally {
            calls--;
          }
        },
        kill: () => process.close(),
        close() {
          if (calls > 0) process.close();
          else process.call({ op: "forget", object }).catch(() => {});
        },
      };
    } catch (thrown) {
      throw asHandlerProblem(thrown, "the constructor", `of ${found.class}`);
    }
  }

  const host: LanguageHost = {
    async describe(source) {
      const { interfaceName } = source;
      if (isSparkInterface(interfaceName)) {
        const surroundings = source.surroundings ?? { scratchDir: null, properties: {}, environment: {} };
        const place = locate(source, interfaceName);
        await (await openHostedSpark(processOf({ ...source, surroundings }), interfaceName, place)).close();
      } else {
        (await load(source, interfaceName)).close();
      }
      const { module, class: className } = locate(source, interfaceName);
      return { language, interfaces: { [interfaceName]: module || className } };
    },
    async openSingleFileParser({ taskId, ...source }) {
      const object = await load(source, "SingleFileParser");
      return {
        frame: (fileName) =>
          frameFile(async (method, ...args) => {
            try {
              return (await object.call({ op: "ask", method, args })).returned;
            } catch (thrown) {
              throw asHandlerProblem(thrown, method, `for the file ${fileName}`);
            }
          }, fileName),
        handler: recordHandler(object, "SingleFileParser", taskId),
      };
    },
    async openStateMachine(source) {
      const objects = await openHostedStateMachine({ source, process: processOf(source), locate });
      return openStateMachine(objects, source.names, source.limits);
    },
    openSparkStep: async (source) =>
      openHostedSpark(processOf(source), source.interfaceName, locate(source, source.interfaceName)),
    async openRecordHandler({ taskId, interfaceName, ...source }) {
      return recordHandler(await load(source, interfaceName), interfaceName, taskId);
    },
    close() {
      for (const process of warm.values()) process.close();
      warm.clear();
    },
  };
  return entryOf ? withEntry(host, hostedEntry(language, processOf), entryOf) : host;
}

function recordHandler(object: HostedObject, interfaceName: RecordInterface, taskId: string): Handler {
  const { method, head, body } = recordCalls[interfaceName];
  return {
    async handle(batch, signal): Promise<readonly HandlerResult[]> {
      if (batch.length === 0) return [];
      signal.throwIfAborted();
      signal.addEventListener("abort", object.kill, { once: true });
      try {
        const { returned, bytes } = await object.call(
          {
            op: "handle",
            method,
            body: body.kind,
            ...(body.kind === "json" ? { members: body.members } : {}),
            heads: batch.map(head),
            lengths: batch.map((record) => record.body.length),
          },
          batch.map((record) => record.body),
        );
        const takeText = textsIn(bytes);
        return (returned as readonly ResultRow[]).map((row, i) =>
          resultOfRow(row, taskId, (batch[i] as SourceRecord).start, takeText),
        );
      } catch (thrown) {
        throw asHandlerProblem(thrown, method, placeOf(thrown, batch));
      } finally {
        signal.removeEventListener("abort", object.kill);
      }
    },
    close: async () => object.close(),
  };
}

function placeOf(thrown: unknown, batch: readonly SourceRecord[]): string {
  const record = thrown instanceof HostException ? batch[thrown.thrown.index ?? -1] : undefined;
  return record ? recordPlace(record) : "while it handled a batch";
}
