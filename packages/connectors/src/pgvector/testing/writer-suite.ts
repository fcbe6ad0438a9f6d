import { CreateSecretCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { clientFor } from "@letsdata/aws/client-for";
import type { CloudAccess } from "@letsdata/plugin-kit/connector";
import { prepareAll, testWriter } from "@letsdata/plugin-kit/testing/writer-conformance";
import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DIMENSIONS, documentWith, vectorDocument } from "../../testing/vector-document.ts";
import { checkPgvectorWrite } from "../check-access.ts";
import { connect } from "../connect.ts";
import type { PgvectorTarget } from "../permissions.ts";
import { postgresProblem } from "../postgres-problem.ts";
import { openPgvectorWriter } from "../writer.ts";
import { startPooler } from "./pooler.ts";

const signal = new AbortController().signal;

const COLUMNS = `id text PRIMARY KEY, vector vector(${DIMENSIONS}), metadata jsonb`;

/** What the writer promises on a PostgreSQL that has pgvector; `openUrl` gives that of an empty database with rights to change it. */
export function describePgvectorWriter(openUrl: () => string, openAccess: () => CloudAccess): void {
  const schema = `letsdata_${Date.now()}`;
  let url: string;
  let postgres: Client;
  let connectionSecretArn: string;
  let made = 0;

  beforeAll(async () => {
    url = openUrl();
    postgres = new Client({ connectionString: url });
    await postgres.connect();
    await postgres.query("CREATE EXTENSION IF NOT EXISTS vector");
    await postgres.query(`CREATE SCHEMA ${schema}`);
    connectionSecretArn = await secretOf(url);
  });
  afterAll(async () => {
    await postgres.query(`DROP SCHEMA ${schema} CASCADE`);
    await postgres.end();
  });

  async function secretOf(text: string): Promise<string> {
    const input = { Name: `${schema}-${made++}`, SecretString: text };
    return (await clientFor(SecretsManagerClient, openAccess()).send(new CreateSecretCommand(input))).ARN!;
  }

  async function makeTable(columns = COLUMNS) {
    const tableName = `${schema}.table${made++}`;
    await postgres.query(`CREATE TABLE ${tableName} (${columns})`);
    return { connectionSecretArn, tableName, numDimensions: DIMENSIONS } satisfies PgvectorTarget;
  }
  const openWriter = (config: PgvectorTarget) => openPgvectorWriter({ config, access: openAccess() });
  const rowsOf = async ({ tableName }: PgvectorTarget) =>
    (await postgres.query(`SELECT id, vector::text, metadata FROM ${tableName} ORDER BY id`)).rows;

  testWriter("the pgvector writer", {
    repeatsOverwrite: true,
    rejectNext: null,
    documentOf: vectorDocument,
    openTarget: async () => {
      const config = await makeTable();
      return {
        writer: await openWriter(config),
        stored: async () => (await rowsOf(config)).map(({ id }) => String(id)),
        reopen: () => openWriter(config),
      };
    },
  });

  describe("the pgvector writer", () => {
    it("counts each statement, those that look at the table included", async () => {
      let counted = 0;
      const onRequest = () => {
        counted++;
      };
      const writer = await openPgvectorWriter({ config: await makeTable(), access: { ...openAccess(), onRequest } });
      const opening = counted;
      expect(opening).toBeGreaterThan(0);
      const batch = await prepareAll(writer, [vectorDocument("a"), vectorDocument("b")]);
      for (const writes of [1, 2]) {
        await writer.write(batch, signal);
        expect(counted - opening).toBe(writes);
      }
      await writer.close();
    });

    it("stores a row a vector with the document's scalar fields, and replaces it at a repeat", async () => {
      const config = await makeTable();
      const writer = await openWriter(config);
      const write = async (fields: Record<string, unknown>) =>
        writer.write(await prepareAll(writer, [documentWith("it's", fields)]), signal);
      expect(await write({ vectors: { a: [1, 2, 3], b: [0.5, 0, -1] }, page: 7 })).toEqual([]);
      expect(await write({ vectors: { a: [3, 2, 1], b: [0.5, 0, -1] }, page: 8, 'quo"te': "x\\y" })).toEqual([]);
      const metadata = { documentId: "it's", page: 8, 'quo"te': "x\\y" };
      expect(await rowsOf(config)).toEqual([
        { id: "it's#a", vector: "[3,2,1]", metadata },
        { id: "it's#b", vector: "[0.5,0,-1]", metadata },
      ]);
      await writer.close();
    });

    it("writes the others when the table refuses one document of a batch, and names that one", async () => {
      const config = await makeTable(
        `id text PRIMARY KEY CHECK (id <> 'b'), vector vector(${DIMENSIONS}), metadata jsonb`,
      );
      const writer = await openWriter(config);
      const prepared = await prepareAll(writer, ["a", "b", "c"].map(vectorDocument));
      expect(await writer.write(prepared, signal)).toMatchObject([{ index: 1, retry: false }]);
      expect((await rowsOf(config)).map(({ id }) => id)).toEqual(["a", "c"]);
      await writer.close();
    });

    it.each([
      ["is becoming the primary", "25006", { code: "CLOUD_UNAVAILABLE", entry: { retry: "later" } }],
      ["cannot read a file", "58030", { code: "CLOUD_UNAVAILABLE", entry: { retry: "later" } }],
      ["lost a column", "42703", { code: "CONFIG_INVALID", entry: { retry: "never" } }],
      ["is not in the right state", "55000", { code: "CLOUD_CALL_REFUSED", entry: { retry: "never" } }],
    ])("refuses no document for good while the server %s (%s)", async (_, code, problem) => {
      const config = await makeTable();
      const writer = await openWriter(config);
      const name = `${schema}.answer_${code}`;
      await postgres.query(`CREATE FUNCTION ${name}() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'as the server would say' USING ERRCODE = '${code}'; END $$`);
      await postgres.query(
        `CREATE TRIGGER answer BEFORE INSERT ON ${config.tableName} FOR EACH STATEMENT EXECUTE FUNCTION ${name}()`,
      );
      const prepared = await prepareAll(writer, ["a", "b"].map(vectorDocument));
      await expect(writer.write(prepared, signal)).rejects.toMatchObject(problem);
      await postgres.query(`DROP TRIGGER answer ON ${config.tableName}`);
      expect(await writer.write(prepared, signal)).toEqual([]);
      expect((await rowsOf(config)).map(({ id }) => id)).toEqual(["a", "b"]);
      await writer.close();
    });

    it.each<[string, string, string]>([
      ["has another vector length", "id text PRIMARY KEY, vector vector(5), metadata jsonb", "vector(5)"],
      ["lacks a column", "id text PRIMARY KEY, vector vector(3)", "metadata"],
      ["has a column that no document fills", `${COLUMNS}, owner text NOT NULL`, "The column owner of"],
      ["has no unique id", "id text, vector vector(3), metadata jsonb", "neither its primary key nor unique"],
    ])("refuses a table that %s, and says what to do", async (_, columns, why) => {
      const config = await makeTable(columns);
      const findings = await checkPgvectorWrite(config, openAccess(), signal);
      expect(findings).toMatchObject([{ code: "CONFIG_INVALID", message: expect.stringContaining(why) }]);
      await expect(openWriter(config)).rejects.toMatchObject({ code: "CONFIG_INVALID" });
    });

    it("finds nothing wrong with a table as needed, and names one that is missing", async () => {
      const config = await makeTable();
      expect(await checkPgvectorWrite(config, openAccess(), signal)).toEqual([]);
      const gone = { ...config, tableName: `${schema}.gone` };
      expect(await checkPgvectorWrite(gone, openAccess(), signal)).toMatchObject([
        {
          code: "RESOURCE_NOT_FOUND",
          fix: expect.stringMatching(new RegExp(`^Run CREATE TABLE ${schema}.gone \\(id text PRIMARY KEY`)),
        },
      ]);
      const elsewhere = { ...config, tableName: "no_such_schema.pages" };
      expect(await checkPgvectorWrite(elsewhere, openAccess(), signal)).toMatchObject([
        { code: "RESOURCE_NOT_FOUND", fix: expect.stringContaining("CREATE SCHEMA no_such_schema;") },
      ]);
    });

    it("names each right the database's role lacks with the statement that gives it, on which database, until none is left", async () => {
      const role = `writer_${schema}`;
      const { host, pathname } = new URL(url);
      const config = await makeTable();
      await postgres.query(`CREATE ROLE ${role} LOGIN PASSWORD 'geheim'`);
      const asRole = new URL(url);
      asRole.username = role;
      asRole.password = "geheim";
      const narrow = { ...config, connectionSecretArn: await secretOf(asRole.href) };
      const told: string[] = [];
      for (let rounds = 0; rounds < 9; rounds++) {
        const findings = await checkPgvectorWrite(narrow, openAccess(), signal);
        if (findings.length === 0) break;
        for (const { code, message, fix = "" } of findings) {
          expect([code, message]).toEqual([
            "ACCESS_DENIED",
            expect.stringContaining(`the database ${pathname.slice(1)} at ${host}`),
          ]);
          expect(message + fix).not.toContain("geheim");
          told.push(fix);
          await postgres.query(fix.replace(/^Run /, ""));
        }
      }
      expect(told).toEqual([
        `Run GRANT USAGE ON SCHEMA ${schema} TO "${role}";`,
        ...["SELECT", "INSERT", "UPDATE"].map((right) => `Run GRANT ${right} ON ${config.tableName} TO "${role}";`),
      ]);
      const gone = { ...narrow, tableName: `${schema}.gone` };
      expect(await checkPgvectorWrite(gone, openAccess(), signal)).toMatchObject([
        { fix: expect.stringContaining(`GRANT SELECT, INSERT, UPDATE ON ${schema}.gone TO "${role}";`) },
      ]);
      await postgres.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
    });

    it("says when the role may not sign in, or not into this database", async () => {
      const role = `barred_${schema}`;
      const name = new URL(url).pathname.slice(1);
      const config = await makeTable();
      const asRole = new URL(url);
      asRole.username = role;
      asRole.password = "geheim";
      const barred = { ...config, connectionSecretArn: await secretOf(asRole.href) };
      const check = () => checkPgvectorWrite(barred, openAccess(), signal);
      await postgres.query(`CREATE ROLE ${role} PASSWORD 'geheim'`);
      try {
        const notLet = await check();
        expect(notLet).toMatchObject([
          { code: "ACCESS_DENIED", message: expect.stringContaining(`does not let the role ${role} in`) },
        ]);
        expect(JSON.stringify(notLet)).not.toContain("geheim");
        await postgres.query(`ALTER ROLE "${role}" LOGIN; REVOKE CONNECT ON DATABASE "${name}" FROM PUBLIC`);
        expect(await check()).toMatchObject([{ fix: `Run GRANT CONNECT ON DATABASE "${name}" TO "${role}";` }]);
      } finally {
        await postgres.query(`GRANT CONNECT ON DATABASE "${name}" TO PUBLIC; DROP ROLE ${role}`);
      }
    });

    it.each([
      { way: "asked at the connection's start", isPooled: false },
      { way: "behind a pooler that knows no statement_timeout", isPooled: true },
    ])("leaves no statement behind that waits for a lock longer than it: $way", async ({ isPooled }) => {
      const { tableName } = await makeTable();
      const { hostname: host, port } = new URL(url);
      const pooler = await startPooler({ host, port: Number(port || 5432) });
      const through = new URL(url);
      if (isPooled) {
        through.hostname = "127.0.0.1";
        through.port = String(pooler.port);
      }
      const config = { connectionSecretArn: await secretOf(through.href), tableName, numDimensions: DIMENSIONS };
      const waiting = { connectMs: 5_000, statementMs: 500 };
      const { pool } = await connect(config, openAccess(), 1, signal, waiting);
      const insert = `INSERT INTO ${tableName} (id) VALUES ('late') ON CONFLICT DO NOTHING`;
      const waitingStatements = async () =>
        (
          await postgres.query("SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query = $1", [
            insert,
          ])
        ).rows;
      try {
        await postgres.query(`BEGIN; LOCK TABLE ${tableName} IN SHARE MODE`);
        const thrown = await pool.query(insert).catch((error: unknown) => error);
        expect(postgresProblem(thrown)).toMatchObject({
          code: "CLOUD_UNAVAILABLE",
          details: { postgresCode: "57014" },
        });
        expect(await waitingStatements()).toEqual([]);
        await postgres.query("COMMIT");
        expect((await pool.query(`SELECT id FROM ${tableName}`)).rows).toEqual([]);
        await pool.query(insert);
        expect((await pool.query(`SELECT id FROM ${tableName}`)).rows).toEqual([{ id: "late" }]);
      } finally {
        await postgres.query("ROLLBACK");
        await pool.end();
        pooler.close();
      }
    });

    it("says when the database is not there", async () => {
      const other = new URL(url);
      other.pathname = "/no_such_database";
      const config = { ...(await makeTable()), connectionSecretArn: await secretOf(other.href) };
      expect(await checkPgvectorWrite(config, openAccess(), signal)).toMatchObject([
        { code: "RESOURCE_NOT_FOUND", message: expect.stringContaining("the database no_such_database at") },
      ]);
    });
  });
}
