import { randomBytes } from "node:crypto";
import { chmod, mkdir } from "node:fs/promises";
import { tmpdir, userInfo } from "node:os";
import path from "node:path";
import { Client } from "pg";
import { startPostgres, stopPostgres } from "../embedded-postgres/start-postgres.ts";
import { applyMigrations } from "../migrate/apply-migrations.ts";
import { markOfMigrations } from "./mark-of-migrations.ts";

export interface TestDatabase {
  readonly url: string;
  /** Drops the database. The server stays for the next test file and is taken over by the next run. */
  stop(): Promise<void>;
}

/**
 * A migrated database of its own for one test file, copied from a template. All test files of all packages share one
 * server (DATABASE_URL's, where that is set), so that a test waits for a copy and not for a start.
 */
export async function startTestDatabase(options: { readonly migrated?: boolean } = {}): Promise<TestDatabase> {
  const server = process.env["DATABASE_URL"] ?? (await sharedServer());
  const name = `test_${randomBytes(8).toString("hex")}`;
  if (options.migrated === false)
    await administer(server, (client) => client.query(`CREATE DATABASE ${name} STRATEGY FILE_COPY`));
  else {
    const template = await migratedTemplate(server);
    await administer(server, async (client) => {
      await client.query("SELECT pg_advisory_lock(7270736903)");
      await client.query(`CREATE DATABASE ${name} TEMPLATE ${template} STRATEGY FILE_COPY`);
    });
  }
  return {
    url: withDatabase(server, name),
    stop: () => administer(server, (client) => client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)),
  };
}

const folder = path.join(tmpdir(), `letsdata-test-postgres-${userInfo().uid}`);

async function sharedServer(): Promise<string> {
  await mkdir(folder, { recursive: true });
  await chmod(folder, 0o711);
  const server = await startPostgres({
    stateDir: folder,
    // Tests need the rules of a database, not its durability.
    settings: { fsync: "off", full_page_writes: "off", synchronous_commit: "off", max_connections: "400" },
  });
  return server.url;
}

/** Ends the server all test files share, for whoever ran them all; the next run starts it again. */
export function stopSharedTestServer(): Promise<void> {
  return stopPostgres(folder);
}

async function migratedTemplate(server: string): Promise<string> {
  const template = `template_${await markOfMigrations()}`;
  await administer(server, async (client) => {
    await client.query("SELECT pg_advisory_lock(7270736902)");
    const { rowCount } = await client.query("SELECT 1 FROM pg_database WHERE datname = $1", [template]);
    if (rowCount) return;
    const making = `${template}_making`;
    await client.query(`DROP DATABASE IF EXISTS ${making} WITH (FORCE)`);
    await client.query(`CREATE DATABASE ${making}`);
    await applyMigrations(withDatabase(server, making));
    await client.query(`ALTER DATABASE ${making} RENAME TO ${template}`);
  });
  return template;
}

async function administer(server: string, work: (client: Client) => Promise<unknown>): Promise<void> {
  const client = new Client({ connectionString: withDatabase(server, "postgres") });
  client.on("error", () => undefined);
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}

function withDatabase(url: string, name: string): string {
  const changed = new URL(url);
  changed.pathname = `/${name}`;
  return changed.href;
}
