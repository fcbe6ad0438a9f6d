import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { Problem } from "@letsdata/plugin-kit/problems";
import type { BridgeConnection } from "../lambda-bridge/bridge-host.ts";
import { bridgeHost } from "../lambda-bridge/bridge-host.ts";
import { asObject, BridgeException, parseExactly } from "../lambda-bridge/bridge-protocol.ts";
import type { HandlerSource } from "../language-host.ts";
import { describeThrown } from "./describe-thrown.ts";

const entry = "index.js";
type LambdaHandler = (event: unknown, context: unknown) => unknown;

/** Artifacts whose `index.handler` answers requests, as a Lambda image's does; it runs in the task's own process. */
export const javaScriptEntryHost = bridgeHost({ language: "JAVASCRIPT", connect: connectToEntry });

/** The functions' own entry, called in this process. Throws Problem ARTIFACT_INVALID. */
export async function connectToEntry({ artifactDir }: HandlerSource): Promise<BridgeConnection> {
  process.env.LETS_DATA_STAGE ??= "Test";
  const handler = await loadEntry(join(artifactDir, entry));
  return {
    // Through JSON on both ways: customer code gets and gives exactly what it would in Lambda.
    async invoke(request) {
      let response: string;
      try {
        const answer = await handler(JSON.parse(JSON.stringify(request)), lambdaContext(request.requestId));
        response = JSON.stringify(answer ?? null) ?? "null";
      } catch (thrown) {
        const { text, stack } = describeThrown(thrown);
        throw new BridgeException(text, stack);
      }
      return parseExactly(response);
    },
    close: async () => {},
  };
}

async function loadEntry(file: string): Promise<LambdaHandler> {
  let module: Readonly<Record<string, unknown>>;
  try {
    module = (await import(pathToFileURL(file).href)) as Readonly<Record<string, unknown>>;
  } catch (thrown) {
    const { text, stack } = describeThrown(thrown);
    throw new Problem("ARTIFACT_INVALID", `The artifact's ${entry} cannot be imported: ${text}`, {
      details: { stack },
    });
  }
  const handler = module.handler ?? asObject(module.default).handler;
  if (typeof handler === "function") return handler as LambdaHandler;
  throw new Problem(
    "ARTIFACT_INVALID",
    `The artifact has neither a class of the interface nor a function \`handler\` in ${entry}.`,
  );
}

/** What a function is told of itself. */
function lambdaContext(requestId: string): Readonly<Record<string, unknown>> {
  const functionName = "letsdata-local";
  return {
    awsRequestId: requestId || randomUUID(),
    functionName,
    functionVersion: "$LATEST",
    invokedFunctionArn: `arn:aws:lambda:us-east-1:000000000000:function:${functionName}`,
    memoryLimitInMB: "1024",
    getRemainingTimeInMillis: () => 900_000,
  };
}
