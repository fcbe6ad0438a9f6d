import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { Client } from "pg";
import { afterEach, describe, expect, test } from "vitest";
import { startTestDatabase } from "../testing/start-test-database.ts";
import { applyMigrations } from "./apply-migrations.ts";
import { createMigration } from "./create-migration.ts";
import { ownFolders, type PrismaFolders } from "./migration-files.ts";

const cleanUps: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

const head = `
datasource db {
  provider = "postgresql"
}
`;
const book = (...columns: string[]) => `${head}model Book {\n  id Int @id\n  ${columns.join("\n  ")}\n}\n`;

interface Scratch {
  readonly folder: string;
  readonly folders: PrismaFolders;
  readonly url: string;
  schema(text: string): Promise<void>;
  migration(name: string, script: string): Promise<void>;
  names(): Promise<string[]>;
  query(sql: string): Promise<Record<string, unknown>[]>;
}

async function scratch(): Promise<Scratch> {
  const folder = await mkdtemp(path.join(tmpdir(), "letsdata-prisma-"));
  cleanUps.push(() => rm(folder, { recursive: true, force: true }));
  const folders = { schema: path.join(folder, "schema"), migrations: path.join(folder, "migrations") };
  await mkdir(folders.schema);
  await mkdir(folders.migrations);
  const database = await startTestDatabase({ migrated: false });
  cleanUps.push(() => database.stop());
  return {
    folder,
    folders,
    url: database.url,
    schema: (text) => writeFile(path.join(folders.schema, "main.prisma"), text),
    async migration(name, script) {
      await mkdir(path.join(folders.migrations, name), { recursive: true });
      await writeFile(path.join(folders.migrations, name, "migration.sql"), script);
    },
    names: async () => (await readdir(folders.migrations)).filter((name) => /^\d/.test(name)),
    async query(sql) {
      const client = new Client({ connectionString: database.url });
      await client.connect();
      try {
        return (await client.query(sql)).rows;
      } finally {
        await client.end();
      }
    },
  };
}

const shadows = (place: Scratch) =>
  place.query("SELECT datname FROM pg_database WHERE datname LIKE 'letsdata\\_shadow\\_%'");

describe("applying", () => {
  test("a fresh database gets every migration, once; again there is nothing to do", async () => {
    const place = await scratch();
    const names = (await readdir(ownFolders.migrations)).filter((name) => /^\d/.test(name)).sort();
    expect(await applyMigrations(place.url)).toEqual(names);
    expect(await applyMigrations(place.url)).toEqual([]);
    expect(await place.query("SELECT to_regproc('letsdata_claim_tasks') IS NOT NULL AS found")).toEqual([
      { found: true },
    ]);
  });

  test("several at once all succeed and each migration is applied by one of them", async () => {
    const place = await scratch();
    await place.schema(book());
    await place.migration("1_init", 'SELECT pg_sleep(0.2); CREATE TABLE "Book" (id int PRIMARY KEY);');
    await place.migration("2_count", "CREATE TABLE applied (n int); INSERT INTO applied VALUES (1);");
    const applied = await Promise.all([1, 2, 3].map(() => applyMigrations(place.url, place.folders)));
    expect(applied.flat().sort()).toEqual(["1_init", "2_count"]);
    expect(await place.query("SELECT count(*)::int AS n FROM applied")).toEqual([{ n: 1 }]);
    expect(await place.query("SELECT count(*)::int AS n FROM _prisma_migrations")).toEqual([{ n: 2 }]);
  });

  test("bodies of functions arrive whole, semicolons and all", async () => {
    const place = await scratch();
    await place.schema(book());
    const body = "\nBEGIN\n  -- a comment; with a semicolon\n  RETURN 'a;b' || $q$c;$d$ $q$;\nEND ";
    await place.migration("1_f", `CREATE FUNCTION f() RETURNS text LANGUAGE plpgsql AS $$${body}$$; SELECT f();`);
    await applyMigrations(place.url, place.folders);
    expect(await place.query("SELECT f(), prosrc FROM pg_proc WHERE proname = 'f'")).toEqual([
      { f: "a;bc;$d$ ", prosrc: body },
    ]);
  });

  test("an edited migration is refused and the way out is said", async () => {
    const place = await scratch();
    await place.schema(book());
    await place.migration("1_init", 'CREATE TABLE "Book" (id int PRIMARY KEY);');
    await applyMigrations(place.url, place.folders);
    await place.migration("1_init", 'CREATE TABLE "Book" (id int PRIMARY KEY, title text);');
    await expect(applyMigrations(place.url, place.folders)).rejects.toThrow(
      /1_init was edited after .*Restore the file and write a new migration/,
    );
  });

  test("a failing migration leaves nothing behind, is named, and works once it is mended", async () => {
    const place = await scratch();
    await place.schema(book());
    await place.migration("1_init", 'CREATE TABLE "Book" (id int PRIMARY KEY);');
    await place.migration("2_bad", "CREATE TABLE half (n int); INSERT INTO nowhere VALUES (1);");
    for (let round = 0; round < 2; round++) {
      await expect(applyMigrations(place.url, place.folders)).rejects.toThrow(
        /Migration 2_bad failed and was undone\. PostgreSQL said: .*nowhere\nMend/,
      );
    }
    expect(await place.query("SELECT to_regclass('half') AS half")).toEqual([{ half: null }]);
    await place.migration("2_bad", "CREATE TABLE half (n int);");
    expect(await applyMigrations(place.url, place.folders)).toEqual(["2_bad"]);
    expect(await applyMigrations(place.url, place.folders)).toEqual([]);
  });

  test("a migration whose process was killed in the middle is applied by the next run", async () => {
    const place = await scratch();
    await place.schema(book());
    await place.migration("1_init", 'CREATE TABLE "Book" (id int PRIMARY KEY);');
    await applyMigrations(place.url, place.folders);
    await place.migration("2_killed", "CREATE TABLE later (n int);");
    await place.query(`INSERT INTO _prisma_migrations (id, migration_name, checksum, applied_steps_count)
      VALUES ('killed', '2_killed', 'x', 0)`);
    expect(await applyMigrations(place.url, place.folders)).toEqual(["2_killed"]);
  });

  test("a database that cannot be reached is a problem of its own", async () => {
    await expect(applyMigrations("postgresql://u:p@127.0.0.1:1/none")).rejects.toMatchObject({
      code: "DATABASE_UNAVAILABLE",
    });
  });
});

describe("making", () => {
  test("the migrations of this repository make exactly its schema: none was forgotten", async () => {
    const place = await scratch();
    await cp(path.dirname(ownFolders.schema), place.folder, { recursive: true });
    expect(await createMigration(place.url, "forgotten", { folders: place.folders })).toEqual({
      kind: "nothing-to-do",
    });
  });

  test("a change of the schema becomes a file, is applied, and is not found again", async () => {
    const place = await scratch();
    await place.schema(book());
    expect(await createMigration(place.url, "init", { folders: place.folders })).toMatchObject({ kind: "created" });
    await place.query('INSERT INTO "Book" VALUES (1)');
    await place.schema(book("title String?"));
    const created = await createMigration(place.url, "title", { folders: place.folders });
    expect(created).toMatchObject({ kind: "created", name: expect.stringMatching(/^\d{14}_title$/) });
    expect(await readFile((created as { file: string }).file, "utf8")).toContain('ADD COLUMN     "title" TEXT');
    expect(await place.query('SELECT * FROM "Book"')).toEqual([{ id: 1, title: null }]);
    expect(await createMigration(place.url, "again", { folders: place.folders })).toEqual({ kind: "nothing-to-do" });
    expect(await place.names()).toHaveLength(2);
  });

  test("the shadow database is never the main one, and is gone afterwards, after failures too", async () => {
    const place = await scratch();
    await place.schema(book());
    await place.migration("1_init", 'CREATE TABLE "Book" (id int PRIMARY KEY);');
    await applyMigrations(place.url, place.folders);
    await place.query('INSERT INTO "Book" VALUES (7)');
    // Runs in the shadow database as well, and tells where it ran.
    await place.migration("2_where", "CREATE TABLE ran_in AS SELECT current_database()::text AS name;");
    await place.schema(book("pages Int?"));
    const [before] = await place.query("SELECT 'public.\"Book\"'::regclass::oid::int AS oid");
    await createMigration(place.url, "pages", { folders: place.folders });
    expect(await place.query("SELECT 'public.\"Book\"'::regclass::oid::int AS oid")).toEqual([before]);
    expect(await place.query('SELECT id FROM "Book"')).toEqual([{ id: 7 }]);
    expect(await place.query("SELECT name = current_database() AS here FROM ran_in")).toEqual([{ here: true }]);
    await place.schema("model Broken {");
    await expect(createMigration(place.url, "broken", { folders: place.folders })).rejects.toThrow();
    expect(await shadows(place)).toEqual([]);
  });

  test("a database changed by hand is drift: nothing is written", async () => {
    const place = await scratch();
    await place.schema(book());
    await createMigration(place.url, "init", { folders: place.folders });
    await place.query('ALTER TABLE "Book" ADD COLUMN by_hand int');
    await place.schema(book("title String?"));
    const outcome = await createMigration(place.url, "title", { folders: place.folders });
    expect(outcome).toMatchObject({ kind: "drift", reason: expect.stringContaining("by_hand") });
    expect(await place.names()).toHaveLength(1);
  });

  test.each([
    ["with rows", 'INSERT INTO "Book" VALUES (1, $$a$$)'],
    ["without rows, which other databases may have", "SELECT 1"],
  ])("dropping a column %s is refused until accepted", async (_, fill) => {
    const place = await scratch();
    await place.schema(book("title String?"));
    await createMigration(place.url, "init", { folders: place.folders });
    await place.query(fill);
    await place.schema(book());
    const refused = await createMigration(place.url, "drop", { folders: place.folders });
    expect(refused).toMatchObject({ kind: "data-loss", unexecutable: [] });
    expect((refused as { warnings: readonly string[] }).warnings.join()).toContain("`title`");
    expect(await place.names()).toHaveLength(1);
    const options = { folders: place.folders, acceptDataLoss: true };
    expect(await createMigration(place.url, "drop", options)).toMatchObject({ kind: "created" });
  });

  test("what cannot be done with the rows there is refused even when data loss is accepted", async () => {
    const place = await scratch();
    await place.schema(book());
    await createMigration(place.url, "init", { folders: place.folders });
    await place.query('INSERT INTO "Book" VALUES (1)');
    await place.schema(book("title String"));
    const outcome = await createMigration(place.url, "title", { folders: place.folders, acceptDataLoss: true });
    expect(outcome).toMatchObject({ kind: "data-loss", unexecutable: [expect.stringContaining("`title`")] });
    expect(await place.names()).toHaveLength(1);
  });
});

describe("pnpm db:migrate", () => {
  const command = (args: string[], url?: string) =>
    new Promise<{ code: number; out: string; err: string }>((resolve) => {
      const { DATABASE_URL: _, ...env } = process.env;
      execFile(
        process.execPath,
        [path.join(import.meta.dirname, "main.ts"), ...args],
        { env: { ...env, ...(url ? { DATABASE_URL: url } : {}) } },
        (error, out, err) => resolve({ code: error ? Number(error.code) : 0, out, err }),
      );
    });

  test("writes, refuses, applies and says what to do", async () => {
    const place = await scratch();
    const prisma = ["--prisma", place.folder];
    await place.schema(book());
    await place.migration(
      "1_init",
      'CREATE TABLE "Book" (id int NOT NULL, title text, CONSTRAINT "Book_pkey" PRIMARY KEY (id));',
    );
    expect(await command(["drop", ...prisma], place.url)).toMatchObject({
      code: 1,
      err: expect.stringContaining("--accept-data-loss"),
    });
    expect(await command(["drop", "--accept-data-loss", ...prisma], place.url)).toMatchObject({
      code: 0,
      out: expect.stringMatching(/Wrote and applied .*_drop\/migration\.sql/),
    });
    expect(await command(["--apply", ...prisma], place.url)).toMatchObject({
      code: 0,
      out: expect.stringContaining("up to date"),
    });
    await place.migration("9_bad", "SELECT nonsense;");
    expect(await command(["--apply", ...prisma], place.url)).toMatchObject({
      code: 1,
      err: expect.stringMatching(/^Migration 9_bad failed/),
    });
    for (const wrong of [[], ["Bad Name"], ["a", "b"], ["a", "--unknown"]]) {
      expect(await command(wrong, place.url)).toMatchObject({
        code: 2,
        err: expect.stringContaining("pnpm db:migrate"),
      });
    }
    expect(await command(["--apply", ...prisma])).toMatchObject({
      code: 2,
      err: expect.stringContaining("DATABASE_URL"),
    });
  });

  test("without DATABASE_URL it works on a server of its own, which is gone afterwards", async () => {
    const place = await scratch();
    await place.schema(book());
    const before = new Set(await readdir(tmpdir()));
    expect(await command(["init", "--prisma", place.folder])).toMatchObject({ code: 0 });
    expect(await place.names()).toHaveLength(1);
    const left = (await readdir(tmpdir())).filter((name) => name.startsWith("letsdata-migrate-") && !before.has(name));
    expect(left).toEqual([]);
  });
});
