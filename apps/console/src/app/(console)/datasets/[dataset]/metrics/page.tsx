import type { Metadata } from "next";
import { DatasetMetrics } from "../../../../../features/dataset-metrics/dataset-metrics.tsx";

type Props = { readonly params: Promise<{ dataset: string }> };

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: `Metrics of ${decodeURIComponent((await params).dataset)}` };
}

export default async function DatasetMetricsPage({ params }: Props) {
  return <DatasetMetrics reference={decodeURIComponent((await params).dataset)} />;
}
