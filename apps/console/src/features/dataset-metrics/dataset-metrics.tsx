"use client";
import { type ChartId, charts } from "@letsdata/dataset/metrics";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { CircleHelp, Table2 } from "lucide-react";
import dynamic from "next/dynamic";
import { useState } from "react";
import { client } from "../../api/api.ts";
import { ChartTable } from "../../charts/chart-table.tsx";
import { useDataset } from "../../live/use-live-dataset.ts";
import { useUrlState } from "../../table/url-state.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { ProblemPanel } from "../../ui/problem-panel.tsx";
import { Segmented } from "../../ui/segmented.tsx";
import { Skeleton } from "../../ui/skeleton.tsx";
import { dashboardsOf, ranges } from "./charts-shown.ts";

const loading = () => <Skeleton className="h-44" />;
const MetricChart = dynamic(async () => (await import("../../charts/metric-chart.tsx")).MetricChart, {
  ssr: false,
  loading,
});
const ChartLegend = dynamic(async () => (await import("../../charts/metric-chart.tsx")).ChartLegend, { ssr: false });

const refreshMilliseconds = 60_000;
const roundMilliseconds = 60_000;

export function DatasetMetrics({ reference }: { readonly reference: string }) {
  const url = useUrlState();
  const { data: dataset } = useDataset(reference);
  const dashboards = dashboardsOf(dataset?.computeEngine.type === "LAMBDA_AND_SAGEMAKER");
  const range = ranges.find((entry) => entry.id === url.get("range")) ?? ranges[0];
  return (
    <div className="space-y-8 px-4 py-4 md:px-8">
      <Segmented
        label="Time range"
        value={range.id}
        options={ranges.map(({ id, text }) => ({ value: id, text }))}
        onChange={(id) => url.set({ range: id })}
      />
      {dashboards.map((dashboard) => (
        <section key={dashboard.title} aria-label={dashboard.title} className="space-y-4">
          <h2 className="font-medium">{dashboard.title}</h2>
          <div className="grid gap-x-10 gap-y-8 xl:grid-cols-2">
            {dashboard.charts.map((chart) => (
              <Chart key={chart} reference={reference} chart={chart} milliseconds={range.milliseconds} />
            ))}
          </div>
        </section>
      ))}
    </div>
  );
}

function Chart({
  reference,
  chart,
  milliseconds,
}: {
  readonly reference: string;
  readonly chart: ChartId;
  readonly milliseconds: number;
}) {
  const [explained, setExplained] = useState(false);
  const [asTable, setAsTable] = useState(false);
  const query = useQuery({
    queryKey: ["chart", reference, chart, milliseconds],
    queryFn: async ({ signal }) => {
      const to = Math.ceil(Date.now() / roundMilliseconds) * roundMilliseconds;
      return await client.metrics.view({ dataset: reference, chart, from: to - milliseconds, to }, { signal });
    },
    placeholderData: keepPreviousData,
    refetchInterval: refreshMilliseconds,
  });
  const measured = query.data?.series.some((series) => series.points.some((point) => point.value !== null)) ?? false;
  return (
    <figure className="min-w-0">
      <figcaption className="mb-1 flex h-8 items-center gap-1">
        <span className="flex-1 truncate font-medium">{charts[chart].title}</span>
        <Button
          look="quiet"
          size="tiny"
          aria-label={`What ${charts[chart].title} shows`}
          aria-expanded={explained}
          onClick={() => setExplained(!explained)}
        >
          <CircleHelp aria-hidden />
        </Button>
        <Button
          look="quiet"
          size="tiny"
          aria-label={`${charts[chart].title} as a table`}
          disabled={!measured}
          onClick={() => setAsTable(true)}
        >
          <Table2 aria-hidden />
        </Button>
      </figcaption>
      {explained && query.data ? <p className="mb-2 text-[13px] text-ink-soft">{query.data.explanation}</p> : null}
      {query.isError && !query.data ? (
        <ProblemPanel thrown={query.error} onRetry={() => void query.refetch()} />
      ) : !query.data ? (
        <Skeleton className="h-44" />
      ) : measured ? (
        <>
          <MetricChart chart={query.data} />
          <ChartLegend chart={query.data} />
        </>
      ) : (
        <p className="flex h-44 items-center justify-center border-y border-line text-ink-soft">
          Nothing measured in this time
        </p>
      )}
      {query.data ? (
        <Dialog
          open={asTable}
          onOpenChange={setAsTable}
          wide
          title={query.data.title}
          description={query.data.explanation}
        >
          <ChartTable chart={query.data} />
        </Dialog>
      ) : null}
    </figure>
  );
}
