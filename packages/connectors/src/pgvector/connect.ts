import type { CloudAccess } from "@letsdata/plugin-kit/connector";
import { Problem } from "@letsdata/plugin-kit/problems";
import { Pool } from "pg";
import { readSecret } from "../read-secret.ts";
import type { PgvectorTarget } from "./permissions.ts";

export interface Waiting {
  readonly connectMs: number;
  readonly statementMs: number;
}
const AT_WORK: Waiting = { connectMs: 10_000, statementMs: 60_000 };

export interface OpenDatabase {
  readonly pool: Pool;
  /** Database, host and port, as messages name them. */
  readonly place: string;
  /** As the secret's URL gives them; empty where it does not. */
  readonly name: string;
  readonly role: string;
}

/** Connections to the database the secret names, none of them made yet. The caller ends the pool. */
export async function connect(
  config: PgvectorTarget,
  access: CloudAccess,
  connections: number,
  signal?: AbortSignal,
  { connectMs, statementMs }: Waiting = AT_WORK,
): Promise<OpenDatabase> {
  const path = "writeConnector.connectionSecretArn";
  const url = await readSecret(config.connectionSecretArn, path, access, signal);
  if (!/^postgres(ql)?:\/\//.test(url) || !URL.canParse(url)) {
    throw new Problem("CONFIG_INVALID", "The connection secret is no URL of the form postgresql://…", { path });
  }
  const pool = new Pool({
    connectionString: url,
    max: connections,
    connectionTimeoutMillis: connectMs,
    statement_timeout: statementMs,
    // A server that stopped answering cannot end its statement.
    query_timeout: statementMs + connectMs,
    application_name: `letsdata ${access.datasetName}`.slice(0, 63),
  });
  // An idle connection that breaks is replaced at the next statement.
  pool.on("error", () => undefined);
  const { hostname, port, pathname, username } = new URL(url);
  const name = decoded(pathname.slice(1));
  const place = `the database ${name === "" ? "" : `${name} `}at ${hostname}:${port || "5432"}`;
  return { pool, place, name, role: decoded(username) };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
