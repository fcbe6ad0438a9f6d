import type { Metadata } from "next";
import { UsageTable } from "../../../../../features/usage/usage-table.tsx";

type Props = { readonly params: Promise<{ dataset: string }> };

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: `Usage of ${decodeURIComponent((await params).dataset)}` };
}

export default async function UsageTablePage({ params }: Props) {
  return <UsageTable reference={decodeURIComponent((await params).dataset)} />;
}
