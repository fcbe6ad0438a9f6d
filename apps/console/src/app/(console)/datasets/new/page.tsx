import type { Metadata } from "next";
import { CreateDataset } from "../../../../features/create-dataset/create-dataset.tsx";

export const metadata: Metadata = { title: "Create dataset" };

export default function CreateDatasetPage() {
  return <CreateDataset />;
}
