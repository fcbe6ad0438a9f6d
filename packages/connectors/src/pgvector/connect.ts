import type { CloudAccess } from "@letsdata/plugin-kit/connector";
import { readSecret } from "../read-secret.ts";
import { connectionOfSecret } from "./connection-url.ts";
import type { PgvectorTarget } from "./permissions.ts";
import { TimedPool } from "./timed-pool.ts";

export interface Waiting {
  readonly connectMs: number;
  readonly statementMs: number;
}
const AT_WORK: Waiting = { connectMs: 10_000, statementMs: 60_000 };

export interface OpenDatabase {
  readonly pool: TimedPool;
  /** Database, host and port, as messages name them. */
  readonly place: string;
  readonly name: string;
  readonly role: string;
}

/** Connections to the database the secret names, none of them made yet. The caller ends the pool. Throws CONFIG_INVALID. */
export async function connect(
  config: PgvectorTarget,
  access: CloudAccess,
  connections: number,
  signal?: AbortSignal,
  { connectMs, statementMs }: Waiting = AT_WORK,
): Promise<OpenDatabase> {
  const path = "writeConnector.connectionSecretArn";
  const connection = connectionOfSecret(await readSecret(config.connectionSecretArn, path, access, signal));
  const { host, port, database: name, user: role } = connection;
  const settings = {
    application_name: `letsdata ${access.datasetName}`.slice(0, 63),
    ...connection,
    max: connections,
    connectionTimeoutMillis: connectMs,
  };
  const pool = new TimedPool(settings, statementMs, access.onRequest);
  return { pool, place: `the database ${name} at ${host}:${port}`, name, role };
}
