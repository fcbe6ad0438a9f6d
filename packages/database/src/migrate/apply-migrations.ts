import { Problem } from "@letsdata/plugin-kit/problems";
import { Client } from "pg";
import {
  type MigrationFile,
  migrationList,
  ownFolders,
  type PrismaFolders,
  readMigrations,
} from "./migration-files.ts";
import { withSchemaEngine } from "./schema-engine.ts";

// Any number that is ours; Prisma's own lock is 72707369.
const lockNumber = 7_270_736_901;

/**
 * Brings the database of `url` to the newest migration; returns the names of those applied. Repeatable, and safe while
 * others do the same: one waits for the other. Throws when an applied migration was edited, and when one fails: nothing of
 * it is kept then, and the next call tries it again.
 */
export async function applyMigrations(url: string, folders: PrismaFolders = ownFolders): Promise<string[]> {
  const migrations = await readMigrations(folders);
  const client = new Client({ connectionString: url, application_name: "letsdata-migrate" });
  client.on("error", () => undefined);
  try {
    await client.connect();
  } catch (thrown) {
    throw new Problem("DATABASE_UNAVAILABLE", "The database cannot be reached to apply migrations.", { cause: thrown });
  }
  try {
    await client.query(`SELECT pg_advisory_lock(${lockNumber})`);
    const pending = await pendingMigrations(client, migrations);
    if (pending.length === 0) return [];
    await forgetFailures(client);
    const filters = { externalTables: [], externalEnums: [] };
    const { appliedMigrationNames } = await withSchemaEngine(url, folders, async (engine) =>
      engine.applyMigrations({ migrationsList: await migrationList(folders), filters }),
    ).catch(async (thrown: unknown) => {
      throw (await failureOf(client)) ?? thrown;
    });
    return appliedMigrationNames;
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** A script is sent whole, so PostgreSQL undoes all of one that fails: it can be tried again without repair by hand. */
async function forgetFailures(client: Client): Promise<void> {
  const table = await client.query<{ found: boolean }>("SELECT to_regclass('_prisma_migrations') IS NOT NULL AS found");
  if (!table.rows[0]?.found) return;
  await client.query(
    "UPDATE _prisma_migrations SET rolled_back_at = now() WHERE finished_at IS NULL AND rolled_back_at IS NULL",
  );
}

async function failureOf(client: Client): Promise<Error | null> {
  const failed = await client
    .query<{ migration_name: string; logs: string | null }>(
      "SELECT migration_name, logs FROM _prisma_migrations WHERE finished_at IS NULL AND rolled_back_at IS NULL",
    )
    .catch(() => null);
  const row = failed?.rows[0];
  if (!row) return null;
  const said = (row.logs ?? "")
    .split(/\n\s+0: /)[0]
    ?.replace(/^external connector error\s*/, "")
    .trim();
  return new Error(
    `Migration ${row.migration_name} failed and was undone. PostgreSQL said: ${said || "nothing"}\nMend its migration.sql, then run this again.`,
  );
}

async function pendingMigrations(client: Client, migrations: readonly MigrationFile[]): Promise<MigrationFile[]> {
  const table = await client.query<{ found: boolean }>("SELECT to_regclass('_prisma_migrations') IS NOT NULL AS found");
  if (!table.rows[0]?.found) return [...migrations];
  const { rows } = await client.query<{ migration_name: string; checksum: string; finished_at: Date | null }>(
    "SELECT migration_name, checksum, finished_at FROM _prisma_migrations WHERE rolled_back_at IS NULL",
  );
  const applied = new Map(rows.map((row) => [row.migration_name, row]));
  for (const migration of migrations) {
    const row = applied.get(migration.name);
    if (row?.finished_at && row.checksum !== migration.checksum) {
      throw new Error(
        `Migration ${migration.name} was edited after it had been applied to this database. Restore the file and write a new migration.`,
      );
    }
  }
  return migrations.filter((migration) => !applied.get(migration.name)?.finished_at);
}
