import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { startPostgres } from "../embedded-postgres/start-postgres.ts";
import { applyMigrations } from "./apply-migrations.ts";
import { createMigration } from "./create-migration.ts";
import { ownFolders, type PrismaFolders } from "./migration-files.ts";

const usage = `pnpm db:migrate NAME [--accept-data-loss]   writes the migration from the last one to prisma/schema
pnpm db:migrate --apply                     applies migrations to DATABASE_URL
NAME: small letters, digits and _. --prisma FOLDER uses another folder than prisma/.
Without DATABASE_URL the migration is made on a server of its own that ends with the command.`;

interface Command {
  readonly name: string | null;
  readonly acceptDataLoss: boolean;
  readonly folders: PrismaFolders;
}

function readCommand(args: string[]): Command | null {
  try {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        apply: { type: "boolean", default: false },
        "accept-data-loss": { type: "boolean", default: false },
        prisma: { type: "string" },
      },
    });
    const [name] = positionals;
    const wellFormed = values.apply ? positionals.length === 0 : positionals.length === 1 && named.test(name!);
    if (!wellFormed) return null;
    const folder = values.prisma;
    return {
      name: values.apply ? null : name!,
      acceptDataLoss: values["accept-data-loss"],
      folders: folder
        ? { schema: path.resolve(folder, "schema"), migrations: path.resolve(folder, "migrations") }
        : ownFolders,
    };
  } catch {
    return null;
  }
}

const named = /^[a-z][a-z0-9_]*$/;

async function main(args: string[]): Promise<number> {
  const command = readCommand(args);
  if (command === null) {
    console.error(usage);
    return 2;
  }
  const { name } = command;
  const given = process.env["DATABASE_URL"];
  if (name === null) {
    if (!given) {
      console.error("Set DATABASE_URL to the database to migrate.");
      return 2;
    }
    const applied = await applyMigrations(given, command.folders);
    console.log(applied.length ? `Applied ${applied.join(", ")}` : "The database is up to date.");
    return 0;
  }
  return given ? create(given, name, command) : withOwnServer((url) => create(url, name, command));
}

async function create(url: string, name: string, command: Command): Promise<number> {
  const { acceptDataLoss, folders } = command;
  const outcome = await createMigration(url, name, { acceptDataLoss, folders });
  switch (outcome.kind) {
    case "created":
      console.log(`Wrote and applied ${path.relative(process.cwd(), outcome.file)}`);
      return 0;
    case "nothing-to-do":
      console.log("Schema and migrations agree: nothing to do.");
      return 0;
    case "drift":
      console.error(`The database is not what its migrations make of it.\n${outcome.reason}`);
      console.error("Undo the change made by hand, or unset DATABASE_URL to make the migration on a fresh server.");
      return 1;
    case "data-loss":
      for (const message of [...outcome.unexecutable, ...outcome.warnings]) console.error(`- ${message}`);
      console.error(
        outcome.unexecutable.length
          ? "This cannot be done with the data that is there."
          : "This loses data or may fail where there is data; repeat with --accept-data-loss if that is meant.",
      );
      return 1;
  }
}

/** Without a development database the migration is made on a server that lives as long as the command. */
async function withOwnServer(work: (url: string) => Promise<number>): Promise<number> {
  const stateDir = await mkdtemp(path.join(tmpdir(), "letsdata-migrate-"));
  await chmod(stateDir, 0o711);
  const server = await startPostgres({ stateDir });
  try {
    return await work(server.url);
  } finally {
    await server.stop();
    await rm(stateDir, { recursive: true, force: true });
  }
}

const code = await main(process.argv.slice(2)).catch((thrown: unknown) => {
  console.error(thrown instanceof Error ? thrown.message : thrown);
  return 1;
});
// The schema engine leaves the timers of its locks behind, which would hold the command for another minute.
process.exit(code);
