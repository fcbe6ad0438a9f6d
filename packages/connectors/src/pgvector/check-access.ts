import type { CloudAccess } from "@letsdata/plugin-kit/connector";
import type { AccessFinding } from "@letsdata/plugin-kit/permissions";
import { accessFindings } from "../access-finding.ts";
import { connect, type OpenDatabase, type Waiting } from "./connect.ts";
import { connectionFinding } from "./connection-finding.ts";
import { type PgvectorTarget, pgvectorWritePermissions } from "./permissions.ts";
import { lookAtTable } from "./vector-table.ts";

/** Somebody waits for the answer. */
const WAITING: Waiting = { connectMs: 5_000, statementMs: 5_000 };

/** Reads the secret, signs in, and looks at the extension, the table and the rights on it; writes nothing. */
export async function checkPgvectorWrite(
  config: PgvectorTarget,
  access: CloudAccess,
  signal: AbortSignal,
): Promise<readonly AccessFinding[]> {
  const { connectionSecretArn } = config;
  const [permission] = pgvectorWritePermissions(config);
  let database: OpenDatabase | undefined;
  const findings = await accessFindings(
    [
      {
        path: "writeConnector.connectionSecretArn",
        action: "secretsmanager:GetSecretValue",
        resource: connectionSecretArn,
        grant: permission?.resources[0] ?? connectionSecretArn,
        call: async () => {
          database = await connect(config, access, 1, signal, WAITING);
        },
      },
    ],
    signal,
  );
  if (!database) return findings;
  try {
    return (await lookAtTable(config, database.pool, database.place)).findings;
  } catch (thrown) {
    signal.throwIfAborted();
    return [connectionFinding(thrown, database)];
  } finally {
    await database.pool.end();
  }
}
