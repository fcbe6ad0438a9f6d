import type { Metadata } from "next";
import { DatasetConfiguration } from "../../../../../features/dataset-configuration/dataset-configuration.tsx";

type Props = { readonly params: Promise<{ dataset: string }> };

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: `Configuration of ${decodeURIComponent((await params).dataset)}` };
}

export default async function DatasetConfigurationPage({ params }: Props) {
  return <DatasetConfiguration reference={decodeURIComponent((await params).dataset)} />;
}
