import type { MetricSeriesDto } from "@letsdata/api/contract/metrics";

export interface ChartRow {
  readonly time: number;
  readonly [series: string]: number | null;
}

/** One row per minute with every series' value; null where a series measured nothing, so that a gap is drawn as a gap. */
export function rowsOf(series: readonly MetricSeriesDto[]): readonly ChartRow[] {
  const times = [...new Set(series.flatMap((entry) => entry.points.map((point) => point.time)))].sort(
    (left, right) => left - right,
  );
  const values = series.map((entry) => new Map(entry.points.map((point) => [point.time, point.value])));
  return times.map(
    (time) =>
      Object.fromEntries([
        ["time", time],
        ...series.map((_, index) => [`s${index}`, values[index]?.get(time) ?? null]),
      ]) as unknown as ChartRow,
  );
}

/** A value with a gap on both sides: a line cannot show it, a dot must. */
export function standsAlone(rows: readonly ChartRow[], series: string, index: number): boolean {
  const has = (at: number) => typeof rows[at]?.[series] === "number";
  return has(index) && !has(index - 1) && !has(index + 1);
}
