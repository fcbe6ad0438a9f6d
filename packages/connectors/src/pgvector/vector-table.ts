import type { ProblemDetail } from "@letsdata/plugin-kit/problems";
import type { Client, Pool } from "pg";
import type { PgvectorTarget } from "./permissions.ts";

export interface VectorTable {
  /** Quoted as PostgreSQL needs it in a statement. */
  readonly name: string;
}

export interface TableLook {
  readonly table: VectorTable | null;
  readonly findings: readonly ProblemDetail[];
}

const PRIVILEGES = ["SELECT", "INSERT", "UPDATE"] as const;

/** What a dataset's table must be (product.md §6.5). It is the customer's: we never make or change it. */
export async function lookAtTable(
  config: PgvectorTarget,
  postgres: Pick<Client, "query"> | Pick<Pool, "query">,
): Promise<TableLook> {
  const none = (path: string, code: string, message: string, fix: string): TableLook => ({
    table: null,
    findings: [{ path, code, message, fix }],
  });
  const extension = await postgres.query<{ extversion: string }>(
    "SELECT extversion FROM pg_extension WHERE extname = 'vector'",
  );
  if (extension.rows.length === 0) {
    return none(
      "writeConnector.connectionSecretArn",
      "CONFIG_INVALID",
      "The database does not have the extension vector.",
      "Install pgvector on the server and run CREATE EXTENSION vector; in this database.",
    );
  }
  const found = await postgres.query<{ name: string | null }>("SELECT to_regclass($1)::text AS name", [
    config.tableName,
  ]);
  const name = found.rows[0]?.name ?? null;
  if (name === null) {
    return none(
      "writeConnector.tableName",
      "RESOURCE_NOT_FOUND",
      `The database has no table ${config.tableName}.`,
      `Run ${tableStatement(config)}`,
    );
  }
  const findings = [
    ...(await columnFindings(config, name, postgres)),
    ...(await keyFindings(config, name, postgres)),
    ...(await privilegeFindings(name, postgres)),
  ];
  return { table: findings.length === 0 ? { name } : null, findings };
}

function tableStatement({ tableName, numDimensions }: PgvectorTarget): string {
  return `CREATE TABLE ${tableName} (id text PRIMARY KEY, vector vector(${numDimensions}), metadata jsonb);`;
}

type Queryable = Parameters<typeof lookAtTable>[1];

async function columnFindings(config: PgvectorTarget, name: string, postgres: Queryable): Promise<ProblemDetail[]> {
  const { rows } = await postgres.query<{ column: string; type: string }>(
    `SELECT attname AS column, format_type(atttypid, atttypmod) AS type FROM pg_attribute
     WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped`,
    [name],
  );
  const types = new Map(rows.map(({ column, type }) => [column, type.replace(/^.*\.(?=vector)/, "")]));
  const length = `vector(${config.numDimensions})`;
  const wanted = [
    ["id", ["text", "character varying"], "text"],
    ["vector", ["vector", length], length],
    ["metadata", ["jsonb"], "jsonb"],
  ] as const;
  return wanted.flatMap(([column, fitting, best]) => {
    const type = types.get(column);
    if (type !== undefined && (fitting as readonly string[]).includes(type)) return [];
    const actual = type === undefined ? "does not exist" : `is ${type}`;
    return {
      path: "writeConnector.tableName",
      code: "CONFIG_INVALID",
      message: `The column ${column} of ${name} ${actual}; it must be ${best}.`,
      fix: `A table as needed: ${tableStatement(config)}`,
    };
  });
}

/** Without a unique id a repeat would not replace what is there. */
async function keyFindings(config: PgvectorTarget, name: string, postgres: Queryable): Promise<ProblemDetail[]> {
  const { rows } = await postgres.query(
    `SELECT 1 FROM pg_index JOIN pg_attribute ON attrelid = indrelid AND attnum = indkey[0]
     WHERE indrelid = $1::regclass AND indisunique AND indnkeyatts = 1 AND indpred IS NULL AND attname = 'id'`,
    [name],
  );
  if (rows.length > 0) return [];
  return [
    {
      path: "writeConnector.tableName",
      code: "CONFIG_INVALID",
      message: `The column id of ${name} is neither its primary key nor unique.`,
      fix: `Run ALTER TABLE ${config.tableName} ADD PRIMARY KEY (id);`,
    },
  ];
}

async function privilegeFindings(name: string, postgres: Queryable): Promise<ProblemDetail[]> {
  const { rows } = await postgres.query<{ privilege: string; granted: boolean; role: string }>(
    `SELECT privilege, has_table_privilege($1::regclass, privilege) AS granted, current_user AS role
     FROM unnest($2::text[]) AS privilege`,
    [name, [...PRIVILEGES]],
  );
  return rows
    .filter(({ granted }) => !granted)
    .map(({ privilege, role }) => ({
      path: "writeConnector.tableName",
      code: "ACCESS_DENIED",
      message: `The database's role ${role} lacks ${privilege} on ${name}.`,
      fix: `Run GRANT ${privilege} ON ${name} TO "${role}";`,
    }));
}
