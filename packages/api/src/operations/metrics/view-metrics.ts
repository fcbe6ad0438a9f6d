import { Prisma, type Queryable } from "@letsdata/database/database";
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
  const measured = await readMinutes(database, { datasetId, taskId: input.taskId, metrics, from, to });
  const steps = new Map<string, Aggregate>();
  for (const point of measured) {
    const key = `${point.metric} ${Math.floor((point.minute - from) / step)}`;
    steps.set(key, joined(steps.get(key), point));
  }
  const pointsOf = (series: ChartSeries) =>
    Array.from({ length: Math.ceil((to - from) / step) }, (_, place) => {
      const aggregate = steps.get(`${series.metric} ${place}`);
      return {
        time: from + place * step,
        value: chartValue(series, aggregate),
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
      points: pointsOf(series),
    })),
  };
});

function wholeMinute(time: number): number {
  return Math.floor(time / minuteMilliseconds) * minuteMilliseconds;
}

interface MinuteQuery {
  readonly datasetId: string;
  readonly taskId: string | undefined;
  readonly metrics: readonly string[];
  readonly from: number;
  readonly to: number;
}

/** Minutes of a task, or of all tasks joined; what no task measured counts as one more. */
async function readMinutes(
  database: Queryable,
  { datasetId, taskId, metrics, from, to }: MinuteQuery,
): Promise<readonly (Aggregate & { readonly metric: string; readonly minute: number })[]> {
  const whose = taskId === undefined ? Prisma.sql`task_id <> ''` : Prisma.sql`task_id = ${taskId}`;
  const whole = taskId === undefined ? Prisma.sql`AND task_id = ''` : Prisma.sql`AND task_id = ${taskId}`;
  const place = Prisma.sql`dataset_id = ${datasetId} AND metric IN (${Prisma.join([...metrics])})
    AND minute >= ${new Date(from)} AND minute < ${new Date(to)}`;
  const rows = await database.$queryRaw<(Aggregate & { metric: string; minute: Date })[]>`
    SELECT m.metric, m.minute, m.count, m.sum, m.min, m.max,
      coalesce(t.tasks, 1)::float8 AS tasks,
      coalesce(t.averages, m.sum / nullif(m.count, 0), 0)::float8 AS "sumOfTaskAverages"
    FROM (SELECT * FROM metric_point WHERE ${place} ${whole}) m
    LEFT JOIN (
      SELECT metric, minute, count(*) AS tasks, sum(sum / nullif(count, 0)) AS averages
      FROM metric_point WHERE ${place} AND ${whose} GROUP BY metric, minute) t
      ON t.metric = m.metric AND t.minute = m.minute`;
  return rows.map((row) => ({ ...row, minute: row.minute.getTime() }));
}

function joined(one: Aggregate | undefined, other: Aggregate): Aggregate {
  if (one === undefined) return other;
  return {
    count: one.count + other.count,
    sum: one.sum + other.sum,
    min: Math.min(one.min, other.min),
    max: Math.max(one.max, other.max),
    tasks: one.tasks + other.tasks,
    sumOfTaskAverages: one.sumOfTaskAverages + other.sumOfTaskAverages,
  };
}
