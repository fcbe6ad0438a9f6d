import { type Chart, type ChartSeries, charts, metricEvents, unitLabels, unitOf } from "@letsdata/dataset/metrics";
import { table } from "./markdown.ts";

const dashboards = { summary: "Dataset summary", details: "Task details" } as const;

export function metricsPage(): string {
  const all: readonly (readonly [string, Chart])[] = Object.entries(charts);
  const seriesText = (series: ChartSeries) =>
    `${series.label} (${unitLabels[unitOf(series)]}, ${series.statistic}, ${series.axis})`;
  return [
    "# Metrics",
    "",
    "Generated from `packages/dataset/src/metrics.ts`. Points are minutes; a minute without a measurement is a gap.",
    "",
    ...Object.entries(dashboards).flatMap(([dashboard, title]) => [
      `## ${title}`,
      "",
      table(
        ["chart", "id", "stage", "series", "what it tells"],
        all
          .filter(([, chart]) => chart.dashboard === dashboard)
          .map(([id, chart]) => [
            chart.title,
            `\`${id}\``,
            chart.stage,
            chart.series.map(seriesText).join("<br>"),
            `${chart.explanation}${chart.onlyWithModel ? " Only with a model." : ""}`,
          ]),
      ),
      "",
    ]),
    "## What is measured",
    "",
    table(
      ["name", "unit", "what"],
      Object.entries(metricEvents).map(([name, { unit, what }]) => [`\`${name}\``, unitLabels[unit], what]),
    ),
    "",
  ].join("\n");
}
