import { chartIds } from "@letsdata/dataset/metrics";
import { z } from "zod";
import { datasetReference, epochMilliseconds, operation } from "./operation.ts";
import { taskId } from "./tasks.ts";

/** One minute; `value` is null where nothing was measured: draw a gap. */
export const metricPointDto = z.object({
  time: epochMilliseconds,
  value: z.number().nullable(),
  samples: z.number(),
});

export const metricSeriesDto = z.object({
  name: z.string(),
  unit: z.string(),
  statistic: z.string(),
  axis: z.enum(["left", "right"]),
  tone: z.enum(["red", "green", "blue"]).nullable(),
  points: z.array(metricPointDto),
});

export const chartDto = z.object({
  chart: z.string(),
  title: z.string(),
  explanation: z.string(),
  from: epochMilliseconds,
  to: epochMilliseconds,
  step: z.number().int().describe("milliseconds between points"),
  series: z.array(metricSeriesDto),
});

export const metrics = {
  view: operation
    .route({ method: "GET", path: "/datasets/{dataset}/metrics", summary: "Read one chart", tags: ["metrics"] })
    .input(
      z.object({
        dataset: datasetReference,
        chart: z.enum(chartIds),
        from: z.coerce.number().int().optional().describe("epoch milliseconds; default an hour before `to`"),
        to: z.coerce.number().int().optional().describe("epoch milliseconds; default now"),
        taskId: taskId.optional(),
      }),
    )
    .output(chartDto),
};

export type ChartDto = z.infer<typeof chartDto>;
export type MetricSeriesDto = z.infer<typeof metricSeriesDto>;
