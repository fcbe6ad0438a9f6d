import type { Metadata } from "next";
import { DatasetsList } from "../../../features/datasets-list/datasets-list.tsx";

export const metadata: Metadata = { title: "Datasets" };

export default function DatasetsPage() {
  return <DatasetsList />;
}
