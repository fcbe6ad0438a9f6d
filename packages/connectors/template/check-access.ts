import type { CloudAccess } from "@letsdata/plugin-kit/connector";
import type { AccessFinding } from "@letsdata/plugin-kit/permissions";
import { accessFindings } from "../src/access-finding.ts";
import { readSecret } from "../src/read-secret.ts";
import type { ExampleTargetWriteConfig } from "./config.ts";
import { exampleTargetWritePermissions } from "./permissions.ts";

/** The smallest real call per permission; nothing is written. */
export function checkExampleTargetWrite(
  config: ExampleTargetWriteConfig,
  access: CloudAccess,
  signal: AbortSignal,
): Promise<readonly AccessFinding[]> {
  const path = "writeConnector.tokenSecretArn";
  const [permission] = exampleTargetWritePermissions(config);
  return accessFindings(
    [
      {
        path,
        action: "secretsmanager:GetSecretValue",
        resource: config.tokenSecretArn,
        grant: permission?.resources[0] ?? config.tokenSecretArn,
        call: () => readSecret(config.tokenSecretArn, path, access, signal),
      },
    ],
    signal,
  );
}
