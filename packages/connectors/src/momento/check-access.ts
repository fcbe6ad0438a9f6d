import type { CloudAccess } from "@letsdata/plugin-kit/connector";
import type { AccessFinding } from "@letsdata/plugin-kit/permissions";
import { Problem } from "@letsdata/plugin-kit/problems";
import { accessFindings } from "../access-finding.ts";
import { type MomentoIndex, openMomento } from "./momento-client.ts";
import { type MomentoTarget, momentoWritePermissions, nameOfIndex } from "./permissions.ts";

/** Somebody waits for the answer. */
const CALL_TIMEOUT_MS = 5_000;

/** Reads the token and asks Momento for the index; writes nothing. */
export async function checkMomentoWrite(
  config: MomentoTarget,
  access: CloudAccess,
  signal: AbortSignal,
): Promise<readonly AccessFinding[]> {
  const path = "writeConnector.momentoAuthTokenArn";
  const ofMomento: AccessFinding[] = [];
  const findings = await accessFindings(
    [
      {
        path,
        action: "secretsmanager:GetSecretValue",
        resource: config.momentoAuthTokenArn ?? "no token",
        ...(config.momentoAuthTokenArn === undefined
          ? {}
          : { grant: momentoWritePermissions(config)[0]?.resources[0] ?? config.momentoAuthTokenArn }),
        call: async () => {
          const momento = await openMomento(config, access, signal, CALL_TIMEOUT_MS);
          ofMomento.push(...(await indexFindings(config, momento, signal)));
        },
      },
    ],
    signal,
  );
  return [...findings, ...ofMomento];
}

async function indexFindings(
  config: MomentoTarget,
  momento: Awaited<ReturnType<typeof openMomento>>,
  signal: AbortSignal,
): Promise<readonly AccessFinding[]> {
  const name = nameOfIndex(config);
  try {
    const index = await momento.findIndex(name, signal);
    return index === null ? missingIndex(config, name) : otherShape(config, index);
  } catch (thrown) {
    signal.throwIfAborted();
    if (!(thrown instanceof Problem)) throw thrown;
    return [callFinding(config, name, thrown)];
  }
}

function missingIndex(config: MomentoTarget, name: string): readonly AccessFinding[] {
  if (config.resourceLocation === "LetsData") return [];
  const { numDimensions, similarityMetric } = config;
  return [
    {
      path: "writeConnector.indexName",
      code: "RESOURCE_NOT_FOUND",
      message: `Momento has no index ${name}.`,
      fix: `Make an index ${name} of ${numDimensions} dimensions with ${similarityMetric}, or name another.`,
    },
  ];
}

function otherShape(config: MomentoTarget, index: MomentoIndex): readonly AccessFinding[] {
  const { name, numDimensions, similarityMetric } = index;
  const differing = (attribute: string, message: string, actual: string | number): AccessFinding => ({
    path: `writeConnector.${attribute}`,
    code: "CONFIG_INVALID",
    message,
    fix: `Set ${attribute} to ${actual}, or name another index.`,
  });
  return [
    ...(numDimensions === config.numDimensions
      ? []
      : [differing("numDimensions", `The vectors of the index ${name} have ${numDimensions} numbers.`, numDimensions)]),
    ...(similarityMetric === undefined || similarityMetric === config.similarityMetric
      ? []
      : [differing("similarityMetric", `The index ${name} compares by ${similarityMetric}.`, similarityMetric)]),
  ];
}

/** The secret is named by its ARN; what is in it stays out of every message. */
function callFinding(config: MomentoTarget, name: string, problem: Problem): AccessFinding {
  const path = "writeConnector.momentoAuthTokenArn";
  const { code, message, entry } = problem;
  const secret = config.momentoAuthTokenArn ?? "the secret";
  if (code === "ACCESS_DENIED") {
    return {
      path,
      code,
      message: `Momento refuses the token in ${secret}.`,
      fix: `Put a token into the secret that may list indexes and write to ${name}.`,
    };
  }
  if (code === "CLOUD_UNAVAILABLE") {
    const fix = "The endpoint inside the token must be one that is reached from here; if it is, check again later.";
    return { path, code, message: `Momento did not answer at the endpoint of the token in ${secret}.`, fix };
  }
  return { path, code, message, fix: entry.fix };
}
