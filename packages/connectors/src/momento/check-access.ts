import type { CloudAccess } from "@letsdata/plugin-kit/connector";
import type { AccessFinding } from "@letsdata/plugin-kit/permissions";
import { Problem } from "@letsdata/plugin-kit/problems";
import { accessFindings } from "../access-finding.ts";
import { openMomento } from "./momento-client.ts";
import { type MomentoTarget, momentoWritePermissions, nameOfIndex } from "./permissions.ts";

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
          const momento = await openMomento(config, access, signal);
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
): Promise<AccessFinding[]> {
  const name = nameOfIndex(config);
  try {
    const index = await momento.findIndex(name, signal);
    if (index === null) {
      if (config.resourceLocation === "LetsData") return [];
      const message = `Momento has no index ${name}.`;
      return [
        {
          path: "writeConnector.indexName",
          code: "RESOURCE_NOT_FOUND",
          message,
          fix: "Make the index or name another.",
        },
      ];
    }
    if (index.numDimensions === config.numDimensions) return [];
    return [
      {
        path: "writeConnector.numDimensions",
        code: "CONFIG_INVALID",
        message: `The vectors of the index have ${index.numDimensions} numbers.`,
        fix: `Set numDimensions to ${index.numDimensions}, or name another index.`,
      },
    ];
  } catch (thrown) {
    signal.throwIfAborted();
    if (!(thrown instanceof Problem)) throw thrown;
    const { code, message, entry } = thrown;
    return [{ path: "writeConnector.momentoAuthTokenArn", code, message, fix: entry.fix }];
  }
}
