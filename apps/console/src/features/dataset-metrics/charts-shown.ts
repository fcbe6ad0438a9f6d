import { type Chart, type ChartId, chartIds, charts } from "@letsdata/dataset/metrics";

/** `callsModel`: the dataset's compute engine does. */
export function dashboardsOf(callsModel: boolean) {
  const chartsOf = (dashboard: Chart["dashboard"]): readonly ChartId[] =>
    chartIds.filter((id) => {
      const chart: Chart = charts[id];
      return chart.dashboard === dashboard && (callsModel || !chart.onlyWithModel);
    });
  return [
    { title: "Dataset summary", charts: chartsOf("summary") },
    { title: "Task details", charts: chartsOf("details") },
  ] as const;
}

export const ranges = [
  { id: "1h", text: "1 hour", milliseconds: 3_600_000 },
  { id: "6h", text: "6 hours", milliseconds: 21_600_000 },
  { id: "24h", text: "24 hours", milliseconds: 86_400_000 },
  { id: "7d", text: "7 days", milliseconds: 604_800_000 },
] as const;
