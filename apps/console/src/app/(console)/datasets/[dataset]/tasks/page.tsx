import type { Metadata } from "next";
import { DatasetTasks } from "../../../../../features/dataset-tasks/dataset-tasks.tsx";

type Props = { readonly params: Promise<{ dataset: string }> };

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: `Tasks of ${decodeURIComponent((await params).dataset)}` };
}

export default async function DatasetTasksPage({ params }: Props) {
  return <DatasetTasks reference={decodeURIComponent((await params).dataset)} />;
}
