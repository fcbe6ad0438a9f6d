import { randomUUID } from "node:crypto";
import type { HandlerDescription } from "@letsdata/plugin-kit/compute-engine";
import { frameFile } from "../file-framing.ts";
import type { HandlerSource, LanguageHost } from "../language-host.ts";
import { asObject, BridgeException, batchItemsMax, type Invoke, resultOf } from "./bridge-protocol.ts";
import { bridgeRecordHandler } from "./bridge-record-handler.ts";
import { type BridgeSession, bridgeProblem } from "./bridge-session.ts";

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
}

/** Handlers behind the published request and response (product.md §4.5), in any language. */
export function bridgeHost({ language, connect }: BridgeInput): LanguageHost {
  async function open(source: HandlerSource): Promise<BridgeSession> {
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
      return { ...connection, batch: await batchSize(connection.invoke, request), request };
    } catch (thrown) {
      await connection.close();
      throw thrown;
    }
  }

  return {
    async describe(source) {
      const { interfaceName } = source;
      const session = await open(source);
      await session.close();
      return { language, interfaces: { [interfaceName]: "Lambda function" } };
    },
    async openSingleFileParser({ taskId, ...source }) {
      const session = await open(source);
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
      return bridgeRecordHandler(await open(source), interfaceName, taskId);
    },
  };
}

/** In the order in which `frameFile` gives them. */
const fileArguments = ["s3FileType", "fileName"];

/** Images that do not know the question answer with an exception: they speak the protocol as published. */
async function batchSize(invoke: Invoke, request: BridgeSession["request"]): Promise<number> {
  try {
    const response = await invoke(request("LetsDataHost", "describe", {}), new AbortController().signal);
    const { protocol, batch } = asObject(resultOf(response));
    return protocol === 2 && Number.isSafeInteger(batch) ? Math.min(batch as number, batchItemsMax) : 0;
  } catch (thrown) {
    if (thrown instanceof BridgeException) return 0;
    throw thrown;
  }
}
