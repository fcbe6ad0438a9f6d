export interface BenchRow {
  /** Letter of architecture §10. */
  readonly row: string;
  readonly what: string;
  readonly unit: string;
  readonly value: number;
  /** What the same machine does in the same run without the product. */
  readonly bare: number;
  /** Measured over `bare`, from pairs where runs were paired. */
  readonly ratio: number;
  readonly limit: {
    readonly kind: "at least" | "at most";
    readonly of: "ratio" | "value";
    readonly bar: number;
  } | null;
}

export function meetsLimit({ limit, value, ratio }: BenchRow): boolean {
  if (!limit) return true;
  const measured = limit.of === "ratio" ? ratio : value;
  return limit.kind === "at least" ? measured >= limit.bar : measured <= limit.bar;
}

export function printTable(rows: readonly BenchRow[]): string {
  const lines = [["", "what", "unit", "measured", "bare", "ratio", "limit", ""]];
  for (const row of rows) {
    const { limit } = row;
    lines.push([
      row.row,
      row.what,
      row.unit,
      rounded(row.value),
      rounded(row.bare),
      row.ratio.toFixed(2),
      limit ? `${limit.of === "ratio" ? "ratio " : ""}${limit.kind === "at least" ? "≥" : "≤"} ${limit.bar}` : "",
      !limit ? "" : meetsLimit(row) ? "ok" : limit.kind === "at least" ? "below the limit" : "above the limit",
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
