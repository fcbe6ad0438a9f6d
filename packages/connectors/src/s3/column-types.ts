/** A column's type in Parquet, as its values need it. Null = no value seen yet. */
export type ColumnType = "BOOLEAN" | "INT64" | "DOUBLE" | "STRING" | "JSON";

/** The types of all columns of an object, in order of first appearance; docs/adr/0008 says why so. */
export class ColumnTypes {
  readonly #types = new Map<string, ColumnType | null>();

  take(fields: Readonly<Record<string, unknown>>): void {
    for (const name in fields) {
      const before = this.#types.get(name) ?? null;
      this.#types.set(name, widened(before, typeOf(fields[name])));
    }
  }

  get count(): number {
    return this.#types.size;
  }

  /** Columns that never had a value are text; an object without any column gets one. */
  columns(): readonly (readonly [name: string, type: ColumnType])[] {
    if (this.#types.size === 0) return [["documentId", "STRING"]];
    return [...this.#types].map(([name, type]) => [name, type ?? "STRING"]);
  }
}

function typeOf(value: unknown): ColumnType | null {
  switch (typeof value) {
    case "string":
      return "STRING";
    case "boolean":
      return "BOOLEAN";
    case "bigint":
      return "INT64";
    case "number":
      return Number.isSafeInteger(value) && !Object.is(value, -0) ? "INT64" : "DOUBLE";
    default:
      return value === null || value === undefined ? null : "JSON";
  }
}

function widened(a: ColumnType | null, b: ColumnType | null): ColumnType | null {
  if (a === b || b === null) return a;
  if (a === null) return b;
  const isNumber = (type: ColumnType) => type === "INT64" || type === "DOUBLE";
  return isNumber(a) && isNumber(b) ? "DOUBLE" : "JSON";
}
