import type { Metadata } from "next";
import { DatasetOverview } from "../../../../features/dataset-overview/dataset-overview.tsx";

type Props = { readonly params: Promise<{ dataset: string }> };

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: `${decodeURIComponent((await params).dataset)}` };
}

export default async function DatasetOverviewPage({ params }: Props) {
  return <DatasetOverview reference={decodeURIComponent((await params).dataset)} />;
}
