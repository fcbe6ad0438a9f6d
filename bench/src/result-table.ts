interface RowName {
  /** Letter of architecture §10. */
  readonly row: string;
  readonly what: string;
}

export interface MeasuredRow extends RowName {
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
  };
}

/** What this machine cannot measure says so instead of vanishing. */
export interface UnmeasuredRow extends RowName {
  readonly notMeasured: string;
}

export type BenchRow = MeasuredRow | UnmeasuredRow;
/** Takes a row as soon as it is measured. */
export type Report = (row: BenchRow) => void;

export function meetsLimit(row: BenchRow): boolean {
  return "limit" in row && isWithin(row);
}

function isWithin({ limit, value, ratio }: MeasuredRow): boolean {
  const measured = limit.of === "ratio" ? ratio : value;
  return limit.kind === "at least" ? measured >= limit.bar : measured <= limit.bar;
}

export function printTable(rows: readonly BenchRow[]): string {
  const measured = rows.filter((row) => "limit" in row);
  const lines = [["", "what", "unit", "measured", "bare", "ratio", "limit", ""], ...measured.map(cellsOf)];
  const widths = lines[0]!.map((_, column) => Math.max(...lines.map((line) => line[column]!.length)));
  const table = lines.map((line) =>
    line
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join("  ")
      .trimEnd(),
  );
  return [...table, ...rows.filter((row) => "notMeasured" in row).map(printRow)].join("\n");
}

/** On one line, for whoever watches the bench. */
export function printRow(row: BenchRow): string {
  if ("notMeasured" in row) return `${row.row}  ${row.what}: not measured, ${row.notMeasured}`;
  const [letter, what, unit, value, bare, ratio, limit, verdict] = cellsOf(row);
  return `${letter}  ${what}: ${value} ${unit}, bare ${bare}, ratio ${ratio} (${limit}: ${verdict})`;
}

function cellsOf(row: MeasuredRow): string[] {
  const { limit } = row;
  const isFloor = limit.kind === "at least";
  return [
    row.row,
    row.what,
    row.unit,
    rounded(row.value),
    rounded(row.bare),
    row.ratio.toFixed(2),
    `${limit.of === "ratio" ? "ratio " : ""}${isFloor ? "≥" : "≤"} ${limit.bar}`,
    isWithin(row) ? "ok" : isFloor ? "below the limit" : "above the limit",
  ];
}

function rounded(value: number): string {
  return value >= 100 ? Math.round(value).toLocaleString("en-US") : value.toPrecision(3);
}
