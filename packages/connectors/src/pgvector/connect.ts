import type { CloudAccess } from "@letsdata/plugin-kit/connector";
import { Problem } from "@letsdata/plugin-kit/problems";
import { Pool } from "pg";
import { readSecret } from "../read-secret.ts";
import type { PgvectorTarget } from "./permissions.ts";

const CONNECT_TIMEOUT_MS = 10_000;
const STATEMENT_TIMEOUT_MS = 60_000;

/** Connections to the database the secret names. The caller ends the pool. */
export async function connect(
  config: PgvectorTarget,
  access: CloudAccess,
  connections: number,
  signal?: AbortSignal,
): Promise<Pool> {
  const path = "writeConnector.connectionSecretArn";
  const url = await readSecret(config.connectionSecretArn, path, access, signal);
  if (!/^postgres(ql)?:\/\//.test(url) || !URL.canParse(url)) {
    throw new Problem("CONFIG_INVALID", "The connection secret is no URL of the form postgresql://…", { path });
  }
  const pool = new Pool({
    connectionString: url,
    max: connections,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    application_name: `letsdata ${access.datasetName}`.slice(0, 63),
  });
  // An idle connection that breaks is replaced at the next statement.
  pool.on("error", () => undefined);
  return pool;
}
