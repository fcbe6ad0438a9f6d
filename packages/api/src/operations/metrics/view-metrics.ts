import { queryMetrics } from "@letsdata/database/stores/metric-store";
import { type Aggregate, type ChartSeries, charts, chartValue, unitLabels, unitOf } from "@letsdata/dataset/metrics";
import { Problem } from "@letsdata/plugin-kit/problems";
import { signedIn } from "../authorise.ts";
import { requireDataset } from "../datasets/require-dataset.ts";

const minuteMilliseconds = 60_000;
/** Longer ranges are shown in steps of several minutes. */
const pointsMax = 720;

export const viewMetrics = signedIn.metrics.view.handler(async ({ context, input }) => {
  const { database, clock } = context.dependencies;
  const { datasetId } = await requireDataset(context, input.dataset);
  const to = wholeMinute((input.to ?? clock.now()) + minuteMilliseconds - 1);
  const from = wholeMinute(input.from ?? to - 60 * minuteMilliseconds);
  if (from >= to) throw new Problem("REQUEST_INVALID", "`from` must be before `to`.", { path: "from" });
  const step = Math.ceil((to - from) / minuteMilliseconds / pointsMax) * minuteMilliseconds;
  const chart = charts[input.chart];
  const metrics = [...new Set(chart.series.map((series) => series.metric))];
  const measured = await queryMetrics(database, {
    tenantId: context.tenantId,
    datasetId,
    taskId: input.taskId,
    metrics,
    from,
    to,
  });
  const steps = new Map<string, Aggregate>();
  for (const point of measured) {
    const key = `${point.metric} ${Math.floor((point.minute - from) / step)}`;
    steps.set(key, joined(steps.get(key), point));
  }
  const points = (series: ChartSeries) =>
    Array.from({ length: Math.ceil((to - from) / step) }, (_, place) => {
      const aggregate = steps.get(`${series.metric} ${place}`);
      return {
        time: from + place * step,
        value: chartValue(series.statistic, aggregate),
        samples: aggregate?.count ?? 0,
      };
    });
  return {
    chart: input.chart,
    title: chart.title,
    explanation: chart.explanation,
    from,
    to,
    step,
    series: chart.series.map((series: ChartSeries) => ({
      name: series.label,
      unit: unitLabels[unitOf(series)],
      statistic: series.statistic,
      axis: series.axis,
      tone: series.tone ?? null,
      points: points(series),
    })),
  };
});

function wholeMinute(time: number): number {
  return Math.floor(time / minuteMilliseconds) * minuteMilliseconds;
}

function joined(one: Aggregate | undefined, other: Aggregate): Aggregate {
  if (one === undefined) return other;
  return {
    count: one.count + other.count,
    sum: one.sum + other.sum,
    min: Math.min(one.min, other.min),
    max: Math.max(one.max, other.max),
  };
}
