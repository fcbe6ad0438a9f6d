import { randomUUID } from "node:crypto";
import type { HandlerDescription } from "@letsdata/plugin-kit/compute-engine";
import { Problem } from "@letsdata/plugin-kit/problems";
import type { HandlerInterface } from "../artifact/locate-handler.ts";
import { frameFile } from "../file-framing.ts";
import type { HandlerSource, LanguageHost } from "../language-host.ts";
import { asObject, BridgeException, batchItemsMax, type Invoke, resultOf } from "./bridge-protocol.ts";
import { bridgeRecordHandler } from "./bridge-record-handler.ts";
import { type BridgeSession, bridgeProblem } from "./bridge-session.ts";
import { bridgeSparkStep } from "./bridge-spark.ts";
import { openBridgeStateMachine } from "./bridge-state-machine.ts";
import { bridgeVectorsHandler } from "./bridge-vectors-handler.ts";
import { windowBytesMax as usualWindowBytesMax } from "./combine-windows.ts";

/** The function that holds one artifact's or image's customer code. */
export interface BridgeConnection {
  readonly invoke: Invoke;
  /** Ends what was started for it, also in the middle of a call. Idempotent. */
  close(): Promise<void>;
}

export interface BridgeInput {
  readonly language: HandlerDescription["language"];
  /** Throws Problem ARTIFACT_INVALID for an artifact without a usable entry. */
  readonly connect: (source: HandlerSource) => Promise<BridgeConnection>;
  /** Bytes of a state machine's files in one request, before they are base64; tests make it small. */
  readonly windowBytesMax?: number;
}

/** Handlers behind the published request and response (product.md §4.5), in any language. */
export function bridgeHost({ language, connect, windowBytesMax = usualWindowBytesMax }: BridgeInput): LanguageHost {
  async function open(source: HandlerSource, interfaceName: HandlerInterface): Promise<BridgeSession> {
    const connection = await connect(source);
    const { tenantId = "local", datasetName = "local", datasetId = "local" } = source.dataset ?? {};
    const letsdataAuth = { tenantId, userId: tenantId, datasetName, datasetId };
    const request: BridgeSession["request"] = (interfaceName, method, rest) => ({
      requestId: randomUUID(),
      interface: interfaceName,
      function: method,
      letsdataAuth,
      data: {},
      batchedData: [],
      ...rest,
    });
    try {
      const { batch, interfaces } = await describeFunction(connection.invoke, request);
      requireInterface(interfaceName, batch, interfaces);
      return { ...connection, batch, request };
    } catch (thrown) {
      await connection.close();
      throw thrown;
    }
  }

  return {
    async describe(source) {
      const { interfaceName } = source;
      const session = await open(source, interfaceName);
      await session.close();
      return { language, interfaces: { [interfaceName]: "Lambda function" } };
    },
    async openSingleFileParser({ taskId, ...source }) {
      const session = await open(source, "SingleFileParser");
      return {
        frame: (fileName) =>
          frameFile(async (method, ...args) => {
            const data = Object.fromEntries(args.map((value, index) => [fileArguments[index], value]));
            const request = session.request("SingleFileParser", method, { data });
            try {
              return resultOf(await session.invoke(request, new AbortController().signal));
            } catch (thrown) {
              throw bridgeProblem(thrown, method, `for the file ${fileName}`);
            }
          }, fileName),
        handler: bridgeRecordHandler(session, "SingleFileParser", taskId),
      };
    },
    async openRecordHandler({ taskId, interfaceName, ...source }) {
      return bridgeRecordHandler(await open(source, interfaceName), interfaceName, taskId);
    },
    async openVectorsHandler({ taskId, ...source }) {
      return bridgeVectorsHandler(await open(source, "SagemakerVectorsInterface"), taskId);
    },
    openSparkStep: async (source) => bridgeSparkStep(await open(source, source.interfaceName), source.interfaceName),
    async openStateMachine(source) {
      const session = await open(source, source.interfaceName);
      try {
        return await openBridgeStateMachine(session, source, windowBytesMax);
      } catch (thrown) {
        await session.close();
        throw thrown;
      }
    },
  };
}

/** In the order in which `frameFile` gives them. */
const fileArguments = ["s3FileType", "fileName"];

interface FunctionDescription {
  /** Records in one request; 0: it speaks the protocol as published. */
  readonly batch: number;
  /** Null where it does not say. */
  readonly interfaces: readonly unknown[] | null;
}

/** Images that do not know the question answer with an exception: they speak the protocol as published. */
async function describeFunction(invoke: Invoke, request: BridgeSession["request"]): Promise<FunctionDescription> {
  try {
    const response = await invoke(request("LetsDataHost", "describe", {}), new AbortController().signal);
    const { protocol, batch, interfaces } = asObject(resultOf(response));
    if (protocol !== 2 || !Number.isSafeInteger(batch)) return asPublished;
    return {
      batch: Math.min(batch as number, batchItemsMax),
      interfaces: Array.isArray(interfaces) ? interfaces : null,
    };
  } catch (thrown) {
    if (thrown instanceof BridgeException) return asPublished;
    throw thrown;
  }
}

const asPublished: FunctionDescription = { batch: 0, interfaces: null };

const stateMachines: ReadonlySet<string> = new Set(["SingleFileStateMachineReader", "MultipleFileStateMachineReader"]);

function requireInterface(
  interfaceName: HandlerInterface,
  batch: number,
  interfaces: FunctionDescription["interfaces"],
): void {
  if (stateMachines.has(interfaceName) && batch === 0) {
    throw new Problem(
      "ARTIFACT_INVALID",
      `The Lambda image speaks protocol 1, which has no ${interfaceName}: build it with the entry of @letsdata/handler or letsdata-handlers, or give the classes themselves in an archive.`,
      { path: "readConnector.readerType" },
    );
  }
  if (interfaces === null || interfaces.includes(interfaceName)) return;
  const known = interfaces.map(String).join(", ") || "none";
  throw new Problem("ARTIFACT_INVALID", `The handler's function has no ${interfaceName}; it has ${known}.`);
}
