import type { CloudAccess } from "@letsdata/plugin-kit/connector";
import type { AccessFinding } from "@letsdata/plugin-kit/permissions";
import { accessFindings } from "../access-finding.ts";
import { connect } from "./connect.ts";
import { type PgvectorTarget, pgvectorWritePermissions } from "./permissions.ts";
import { postgresProblem } from "./postgres-problem.ts";
import { lookAtTable } from "./vector-table.ts";

/** Reads the secret, signs in, and looks at the extension, the table and the rights on it; writes nothing. */
export async function checkPgvectorWrite(
  config: PgvectorTarget,
  access: CloudAccess,
  signal: AbortSignal,
): Promise<readonly AccessFinding[]> {
  const [permission] = pgvectorWritePermissions(config);
  const path = "writeConnector.connectionSecretArn";
  const ofTable: AccessFinding[] = [];
  const findings = await accessFindings(
    [
      {
        path,
        action: "secretsmanager:GetSecretValue",
        resource: config.connectionSecretArn,
        grant: permission?.resources[0] ?? config.connectionSecretArn,
        call: async () => {
          const pool = await connect(config, access, 1, signal);
          try {
            ofTable.push(...(await lookAtTable(config, pool)).findings);
          } catch (thrown) {
            const { code, message, entry } = postgresProblem(thrown);
            ofTable.push({ path, code, message, fix: entry.fix });
          } finally {
            await pool.end();
          }
        },
      },
    ],
    signal,
  );
  return [...findings, ...ofTable];
}
