import type { Metadata } from "next";
import { DatasetErrors } from "../../../../../features/dataset-errors/dataset-errors.tsx";

type Props = { readonly params: Promise<{ dataset: string }> };

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: `Errors of ${decodeURIComponent((await params).dataset)}` };
}

export default async function DatasetErrorsPage({ params }: Props) {
  return <DatasetErrors reference={decodeURIComponent((await params).dataset)} />;
}
