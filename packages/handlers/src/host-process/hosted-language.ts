import type { HandlerDescription } from "@letsdata/plugin-kit/compute-engine";
import type { Handler, HandlerResult } from "@letsdata/plugin-kit/handler";
import { bytesOf, type SourceRecord } from "@letsdata/plugin-kit/reader";
import type { HandlerInterface, ModuleLanguage } from "../artifact/locate-handler.ts";
import { frameFile } from "../file-framing.ts";
import { withEntry } from "../lambda-bridge/with-entry.ts";
import { type HandlerSource, type Implementations, type LanguageHost, stackIn } from "../language-host.ts";
import { type RecordInterface, recordCalls } from "../record-arguments.ts";
import { requiredMethods } from "../required-methods.ts";
import { isSparkInterface, type SparkSurroundings } from "../spark/spark-step.ts";
import { openStateMachine } from "../state-machine/combine-files.ts";
import { headColumns } from "./head-columns.ts";
import { type Answer, asHandlerProblem, type HostCommand, HostProcess } from "./host-process.ts";
import { hostedEntry } from "./hosted-entry.ts";
import { openHostedSpark } from "./hosted-spark.ts";
import { openHostedStateMachine } from "./hosted-state-machine.ts";
import { hostedVectorsHandler } from "./hosted-vectors-handler.ts";
import { placeInBatch } from "./placed-exception.ts";
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
  /** A vectors handler gets the read handler's own documents, which then stay in the host; else their flat maps. */
  readonly documentsStay?: boolean;
  /** The host can tell which classes of an artifact implement which interfaces; elsewhere places say it. */
  readonly tellsImplementations?: boolean;
  /** The language also runs the entry of a Lambda image. */
  readonly entryOf?: ModuleLanguage;
}

/** An object of customer code in its host, for one attempt. */
export interface HostedObject {
  /** Its number in the host. */
  readonly id: number;
  call(message: Readonly<Record<string, unknown>>, blob?: readonly Uint8Array[]): Promise<Answer>;
  /** Customer code cannot be interrupted: ends its process. */
  kill(): void;
  /** A call under way is ended. */
  close(): void;
}

/** A language whose handlers run in a warm process of its own beside the task's. */
export function hostedLanguage({
  language,
  command,
  locate,
  documentsStay = false,
  tellsImplementations = false,
  entryOf,
}: HostedLanguageInput): LanguageHost {
  const warm = new Map<string, HostProcess>();
  /** All that live, those of one step or question as well. */
  let living: readonly HostProcess[] = [];

  function start(hostCommand: HostCommand): HostProcess {
    const started = new HostProcess(hostCommand);
    living = [...living.filter(({ isAlive }) => isAlive), started];
    return started;
  }

  function processOf({ artifactDir, surroundings }: Pick<HandlerSource, "artifactDir" | "surroundings">): HostProcess {
    if (surroundings) return start(command(artifactDir, surroundings));
    const known = warm.get(artifactDir);
    if (known?.isAlive) return known;
    const started = start(command(artifactDir));
    warm.set(artifactDir, started);
    return started;
  }

  async function load(source: HandlerSource, interfaceName: HandlerInterface): Promise<HostedObject> {
    const found = locate(source, interfaceName);
    const process = processOf(source);
    try {
      const methods = requiredMethods[interfaceName] ?? [];
      const object = (await process.call({ op: "load", interface: interfaceName, ...found, methods })) as number;
      let calls = 0;
      return {
        id: object,
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
    async openSingleFileParser({ taskId, keepDocumentsFor, ...source }) {
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
        handler: recordHandler(object, "SingleFileParser", taskId, keepDocumentsFor),
      };
    },
    async openStateMachine(source) {
      const objects = await openHostedStateMachine({ source, process: processOf(source), locate });
      return openStateMachine(objects, source.names, source.limits);
    },
    async openRecordHandler({ taskId, keepDocumentsFor, interfaceName, ...source }) {
      return recordHandler(await load(source, interfaceName), interfaceName, taskId, keepDocumentsFor);
    },
    async openVectorsHandler({ taskId, ...source }) {
      return hostedVectorsHandler(await load(source, "SagemakerVectorsInterface"), taskId, documentsStay);
    },
    openSparkStep: async (source) =>
      openHostedSpark(processOf(source), source.interfaceName, locate(source, source.interfaceName)),
    ...(tellsImplementations
      ? {
          async implementations(artifactDir) {
            try {
              return (await processOf({ artifactDir }).call({ op: "implementations" })) as Implementations;
            } catch (thrown) {
              throw asHandlerProblem(thrown, "the host", "at the artifact");
            }
          },
        }
      : {}),
    stack: () => stackIn(living),
    close() {
      for (const process of warm.values()) process.close();
      warm.clear();
    },
  };
  return entryOf ? withEntry(host, hostedEntry(language, processOf), entryOf) : host;
}

function recordHandler(
  object: HostedObject,
  interfaceName: RecordInterface,
  taskId: string,
  keepFor: number | undefined,
): Handler {
  const { method, head, body } = recordCalls[interfaceName];
  return {
    queuesBatches: true,
    async handle(batch, signal): Promise<readonly HandlerResult[]> {
      if (batch.length === 0) return [];
      signal.throwIfAborted();
      // Of this batch alone: others may be under way.
      const kill = (): void => object.kill();
      signal.addEventListener("abort", kill, { once: true });
      const bodies = batch.map(bytesOf);
      try {
        const { returned, bytes } = await object.call(
          {
            op: "handle",
            method,
            ...(keepFor === undefined ? {} : { keepFor }),
            body: body.kind,
            ...(body.kind === "json" ? { members: body.members } : {}),
            heads: headColumns(batch.map(head)),
            lengths: bodies.map(({ length }) => length),
          },
          bodies,
        );
        const takeText = textsIn(bytes);
        return (returned as readonly ResultRow[]).map((row, i) =>
          resultOfRow(row, taskId, (batch[i] as SourceRecord).start, takeText),
        );
      } catch (thrown) {
        throw asHandlerProblem(thrown, method, placeInBatch(thrown, batch));
      } finally {
        signal.removeEventListener("abort", kill);
      }
    },
    close: async () => object.close(),
  };
}
