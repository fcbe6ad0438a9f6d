import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startTestDatabase } from "@letsdata/database/testing/start-test-database";
import { Client } from "pg";

const CONTROL = "default_version = '1.0'\nrelocatable = true\n";
/** A text type with a length: what is looked at and how rows are written is as with pgvector, arithmetic is not. */
const SCRIPT = `
CREATE TYPE vector;
CREATE FUNCTION vector_in(cstring) RETURNS vector AS 'textin' LANGUAGE internal IMMUTABLE STRICT;
CREATE FUNCTION vector_out(vector) RETURNS cstring AS 'textout' LANGUAGE internal IMMUTABLE STRICT;
CREATE FUNCTION vector_typmod_in(cstring[]) RETURNS integer AS 'varchartypmodin' LANGUAGE internal IMMUTABLE STRICT;
CREATE FUNCTION vector_typmod_out(integer) RETURNS cstring AS 'varchartypmodout' LANGUAGE internal IMMUTABLE STRICT;
CREATE TYPE vector (
  INPUT = vector_in, OUTPUT = vector_out, TYPMOD_IN = vector_typmod_in, TYPMOD_OUT = vector_typmod_out,
  INTERNALLENGTH = VARIABLE, STORAGE = extended
);
`;

/**
 * An empty database with an extension called vector: pgvector where the server has it, otherwise one that stands in for it, as the
 * PostgreSQL of the tests comes without. The real one runs the same suite in `pnpm test:servers`.
 */
export async function startVectorDatabase() {
  const database = await startTestDatabase({ migrated: false });
  const folder = await mkdtemp(join(tmpdir(), "stand-in-vector-"));
  await chmod(folder, 0o755);
  const extensions = join(folder, "extension");
  await mkdir(extensions);
  await writeFile(join(extensions, "vector.control"), CONTROL);
  await writeFile(join(extensions, "vector--1.0.sql"), SCRIPT);
  const postgres = new Client({ connectionString: database.url });
  await postgres.connect();
  try {
    const known = await postgres.query("SELECT 1 FROM pg_available_extensions WHERE name = 'vector'");
    // From PostgreSQL 18 on, as that of the tests is.
    if (known.rows.length === 0) await postgres.query(`SET extension_control_path = '$system:${folder}'`);
    await postgres.query("CREATE EXTENSION vector");
  } finally {
    await postgres.end();
    await rm(folder, { recursive: true });
  }
  return database;
}
