import type { Metadata } from "next";
import { DatasetLogs } from "../../../../../features/dataset-logs/dataset-logs.tsx";

type Props = { readonly params: Promise<{ dataset: string }> };

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: `Logs of ${decodeURIComponent((await params).dataset)}` };
}

export default async function DatasetLogsPage({ params }: Props) {
  return <DatasetLogs reference={decodeURIComponent((await params).dataset)} />;
}
