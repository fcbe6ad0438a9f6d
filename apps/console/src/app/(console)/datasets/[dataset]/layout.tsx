import type { ReactNode } from "react";
import { DatasetActions } from "../../../../features/dataset-actions/dataset-actions.tsx";
import { DatasetFrame } from "../../../../features/dataset-header/dataset-frame.tsx";

export default async function DatasetLayout({
  children,
  params,
}: {
  children: ReactNode;
  params: Promise<{ dataset: string }>;
}) {
  const reference = decodeURIComponent((await params).dataset);
  return (
    <DatasetFrame reference={reference} actions={<DatasetActions reference={reference} />}>
      {children}
    </DatasetFrame>
  );
}
