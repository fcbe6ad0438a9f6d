export interface BenchRow {
  /** Letter of architecture §10. */
  readonly row: string;
  readonly what: string;
  readonly unit: string;
  readonly value: number;
  /** What the same machine does in the same run without the product; null where a row has no such loop. */
  readonly bare: number | null;
  /** The bar: of the ratio where there is a bare loop, else of the value. */
  readonly limit: {
    readonly kind: "at least" | "at most";
    readonly of: "ratio" | "value";
    readonly bar: number;
  } | null;
}

export function ratioOf({ value, bare }: BenchRow): number | null {
  return bare === null ? null : value / bare;
}

export function meetsLimit(row: BenchRow): boolean | null {
  if (!row.limit) return null;
  const measured = row.limit.of === "ratio" ? (ratioOf(row) ?? 0) : row.value;
  return row.limit.kind === "at least" ? measured >= row.limit.bar : measured <= row.limit.bar;
}

export function printTable(rows: readonly BenchRow[]): string {
  const lines = [["", "what", "unit", "measured", "bare loop", "ratio", "limit", ""]];
  for (const row of rows) {
    const ratio = ratioOf(row);
    const { limit } = row;
    const met = meetsLimit(row);
    lines.push([
      row.row,
      row.what,
      row.unit,
      rounded(row.value),
      row.bare === null ? "-" : rounded(row.bare),
      ratio === null ? "-" : ratio.toFixed(2),
      limit ? `${limit.of} ${limit.kind} ${limit.bar}` : "-",
      met === null ? "" : met ? "ok" : "MISSED",
    ]);
  }
  const widths = lines[0]!.map((_, column) => Math.max(...lines.map((line) => line[column]!.length)));
  return lines
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

function rounded(value: number): string {
  return value >= 100 ? Math.round(value).toLocaleString("en-US") : value.toPrecision(3);
}
