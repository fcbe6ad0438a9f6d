import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { startPostgres } from "../embedded-postgres/start-postgres.ts";
import { applyMigrations } from "./apply-migrations.ts";
import { createMigration } from "./create-migration.ts";

const usage = `pnpm db:migrate NAME [--accept-data-loss]   writes the migration from the last one to prisma/schema
pnpm db:migrate --apply                     applies migrations to DATABASE_URL`;

async function main(args: readonly string[]): Promise<number> {
  const name = args.find((argument) => !argument.startsWith("--"));
  const apply = args.includes("--apply");
  if (!apply && !/^[a-z][a-z0-9_]*$/.test(name ?? "")) {
    console.error(usage);
    return 2;
  }
  const given = process.env["DATABASE_URL"];
  if (apply) {
    if (!given) {
      console.error("Set DATABASE_URL to the database to migrate.");
      return 2;
    }
    const applied = await applyMigrations(given);
    console.log(applied.length ? `Applied ${applied.join(", ")}` : "The database is up to date.");
    return 0;
  }
  return given ? create(given, name!, args) : withOwnServer((url) => create(url, name!, args));
}

async function create(url: string, name: string, args: readonly string[]): Promise<number> {
  const outcome = await createMigration(url, name, { acceptDataLoss: args.includes("--accept-data-loss") });
  switch (outcome.kind) {
    case "created":
      console.log(`Wrote and applied ${path.relative(process.cwd(), outcome.file)}`);
      return 0;
    case "nothing-to-do":
      console.log("Schema and migrations agree: nothing to do.");
      return 0;
    case "drift":
      console.error(`The database is not what its migrations make of it.\n${outcome.reason}`);
      return 1;
    case "data-loss":
      for (const message of [...outcome.unexecutable, ...outcome.warnings]) console.error(`- ${message}`);
      console.error(
        outcome.unexecutable.length
          ? "This cannot be done with the data that is there."
          : "This loses data; repeat with --accept-data-loss if that is meant.",
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

process.exitCode = await main(process.argv.slice(2));
