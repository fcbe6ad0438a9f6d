import type { ProblemDetail } from "@letsdata/plugin-kit/problems";
import type { Queryable } from "./vector-table.ts";

type TableFinding = Omit<ProblemDetail, "path">;

interface Column {
  readonly column: string;
  readonly type: string;
  /** A row without a value for it is refused. */
  readonly needsValue: boolean;
}

/** The three columns a row is written to, and others that would refuse a row without them. */
export async function columnFindings(
  numDimensions: number,
  name: string,
  postgres: Queryable,
  fix: string,
): Promise<readonly TableFinding[]> {
  const { rows } = await postgres.query<Column>(
    `SELECT attname AS column, format_type(atttypid, atttypmod) AS type,
       attnotnull AND NOT atthasdef AND attidentity = '' AS "needsValue"
     FROM pg_attribute WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped`,
    [name],
  );
  const types = new Map(rows.map(({ column, type }) => [column, type.replace(/^.*\.(?=vector)/, "")]));
  const length = `vector(${numDimensions})`;
  const wanted = [
    ["id", ["text", "character varying"], "text"],
    ["vector", ["vector", length], length],
    ["metadata", ["jsonb"], "jsonb"],
  ] as const;
  const unfit = wanted.flatMap(([column, fitting, best]) => {
    const type = types.get(column);
    if (type !== undefined && (fitting as readonly string[]).includes(type)) return [];
    const actual = type === undefined ? "does not exist" : `is ${type}`;
    const message = `The column ${column} of ${name} ${actual}; it must be ${best}.`;
    return { code: "CONFIG_INVALID", message, fix };
  });
  const unfilled = rows
    .filter(({ column, needsValue }) => needsValue && !wanted.some(([known]) => known === column))
    .map(({ column }) => ({
      code: "CONFIG_INVALID",
      message: `The column ${column} of ${name} needs a value, and no document gives it one.`,
      fix: `Run ALTER TABLE ${name} ALTER COLUMN "${column}" DROP NOT NULL; or give the column a default.`,
    }));
  return [...unfit, ...unfilled];
}

/** Without a unique id a repeat would not replace what is there. */
export async function keyFindings(name: string, postgres: Queryable): Promise<readonly TableFinding[]> {
  const { rows } = await postgres.query(
    `SELECT 1 FROM pg_index JOIN pg_attribute ON attrelid = indrelid AND attnum = indkey[0]
     WHERE indrelid = $1::regclass AND indisunique AND indnkeyatts = 1 AND indpred IS NULL AND attname = 'id'`,
    [name],
  );
  if (rows.length > 0) return [];
  return [
    {
      code: "CONFIG_INVALID",
      message: `The column id of ${name} is neither its primary key nor unique.`,
      fix: `Run ALTER TABLE ${name} ADD PRIMARY KEY (id);`,
    },
  ];
}
