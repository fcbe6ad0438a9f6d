import type { ProblemDetail } from "@letsdata/plugin-kit/problems";
import type { PgvectorTarget } from "./permissions.ts";
import { columnFindings, keyFindings } from "./table-columns.ts";
import type { TimedPool } from "./timed-pool.ts";

export interface VectorTable {
  /** Quoted as PostgreSQL needs it in a statement. */
  readonly name: string;
}

export interface TableLook {
  readonly table: VectorTable | null;
  readonly findings: readonly ProblemDetail[];
}

export type Queryable = Pick<TimedPool, "query">;

const PRIVILEGES = ["SELECT", "INSERT", "UPDATE"] as const;
const PATH = "writeConnector.tableName";

/** What a dataset's table in the database `place` must be (product.md §6.5). It is the customer's: we never make or change it. */
export async function lookAtTable(config: PgvectorTarget, postgres: Queryable, place: string): Promise<TableLook> {
  const none = (...findings: readonly ProblemDetail[]): TableLook => ({ table: null, findings });
  const extension = await postgres.query("SELECT 1 FROM pg_extension WHERE extname = 'vector'");
  if (extension.rows.length === 0) {
    return none({
      path: "writeConnector.connectionSecretArn",
      code: "CONFIG_INVALID",
      message: `There is no extension vector in ${place}.`,
      fix: "Install pgvector on the server and run CREATE EXTENSION vector; in this database.",
    });
  }
  const schema = await lookAtSchema(config, postgres, place);
  if (schema.findings.length > 0) return none(...schema.findings);
  const found = await postgres.query<{ name: string | null }>("SELECT to_regclass($1)::text AS name", [
    config.tableName,
  ]);
  const name = found.rows[0]?.name ?? null;
  if (name === null) {
    const grant = `GRANT ${PRIVILEGES.join(", ")} ON ${config.tableName} TO "${schema.role}";`;
    return none({
      path: PATH,
      code: "RESOURCE_NOT_FOUND",
      message: `There is no table ${config.tableName} in ${place}.`,
      fix: schema.mayCreate
        ? `Run ${tableStatement(config)}`
        : `The role ${schema.role} may not make it: as one that may, run ${tableStatement(config)} ${grant}`,
    });
  }
  const statement = tableStatement(config);
  const findings = [
    ...(await columnFindings(config.numDimensions, name, postgres, `A table as needed: ${statement}`)),
    ...(await keyFindings(name, postgres)),
    ...(await privilegeFindings(name, postgres, place)),
  ].map((finding) => ({ path: PATH, ...finding }));
  return { table: findings.length === 0 ? { name } : null, findings };
}

interface SchemaLook {
  readonly role: string;
  readonly mayCreate: boolean;
  readonly findings: readonly ProblemDetail[];
}

/** Of the schema that the table's name gives, or else of the one in which a table would be made. */
async function lookAtSchema({ tableName }: PgvectorTarget, postgres: Queryable, place: string): Promise<SchemaLook> {
  const named = tableName.includes(".") ? tableName.slice(0, tableName.indexOf(".")) : null;
  const { rows } = await postgres.query<{ role: string; known: boolean; usage: boolean; create: boolean }>(
    `SELECT current_user AS role, oid IS NOT NULL AS known,
       coalesce(has_schema_privilege(oid, 'USAGE'), false) AS usage, coalesce(has_schema_privilege(oid, 'CREATE'), false) AS create
     FROM (SELECT to_regnamespace(coalesce($1, quote_ident(current_schema())))::oid AS oid) AS schema`,
    [named],
  );
  const { role = "", known = false, usage = false, create = false } = rows[0] ?? {};
  const look = (...findings: readonly ProblemDetail[]): SchemaLook => ({ role, mayCreate: create, findings });
  // Without a named schema the search path decides; a table may be found in any of its schemas.
  if (named === null || (known && usage)) return look();
  if (!known) {
    return look({
      path: PATH,
      code: "RESOURCE_NOT_FOUND",
      message: `There is no schema ${named} in ${place}.`,
      fix: `Run CREATE SCHEMA ${named}; or name another in tableName.`,
    });
  }
  return look({
    path: PATH,
    code: "ACCESS_DENIED",
    message: `The role ${role} lacks USAGE on the schema ${named} of ${place}.`,
    fix: `Run GRANT USAGE ON SCHEMA ${named} TO "${role}";`,
  });
}

function tableStatement({ tableName, numDimensions }: PgvectorTarget): string {
  return `CREATE TABLE ${tableName} (id text PRIMARY KEY, vector vector(${numDimensions}), metadata jsonb);`;
}

async function privilegeFindings(name: string, postgres: Queryable, place: string) {
  const { rows } = await postgres.query<{ privilege: string; granted: boolean; role: string }>(
    `SELECT privilege, has_table_privilege($1::regclass, privilege) AS granted, current_user AS role
     FROM unnest($2::text[]) AS privilege`,
    [name, [...PRIVILEGES]],
  );
  return rows
    .filter(({ granted }) => !granted)
    .map(({ privilege, role }) => ({
      code: "ACCESS_DENIED",
      message: `The role ${role} lacks ${privilege} on ${name} in ${place}.`,
      fix: `Run GRANT ${privilege} ON ${name} TO "${role}";`,
    }));
}
