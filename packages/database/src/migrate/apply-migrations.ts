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
 * others do the same: one waits for the other. Throws when an applied migration was edited or failed before.
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
    const filters = { externalTables: [], externalEnums: [] };
    const { appliedMigrationNames } = await withSchemaEngine(url, folders, async (engine) =>
      engine.applyMigrations({ migrationsList: await migrationList(folders), filters }),
    );
    return appliedMigrationNames;
  } finally {
    await client.end().catch(() => undefined);
  }
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
