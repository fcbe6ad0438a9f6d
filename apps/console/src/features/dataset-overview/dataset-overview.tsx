"use client";
import { useDataset } from "../../live/use-live-dataset.ts";
import { Skeleton } from "../../ui/skeleton.tsx";
import { Balance } from "./balance.tsx";
import { ComponentDiagram } from "./component-diagram.tsx";
import { ComponentsTable } from "./components-table.tsx";
import { ReadOutput } from "./read-output.tsx";
import { Resources } from "./resources.tsx";
import { SparkSteps } from "./spark-steps.tsx";

const guarantees = {
  "effectively-once": "Effectively once",
  "at-least-once": "At least once",
  overwrite: "A repeat overwrites",
} as const;

export function DatasetOverview({ reference }: { readonly reference: string }) {
  const { data: dataset, isError } = useDataset(reference);
  if (isError && !dataset) return null;
  if (!dataset) {
    return (
      <div aria-busy className="max-w-5xl space-y-10 px-4 py-6 md:px-8">
        <Skeleton className="h-24 max-w-2xl" />
        <Skeleton className="h-20" />
        <Skeleton className="h-52" />
      </div>
    );
  }
  return (
    <div className="max-w-5xl space-y-10 px-4 py-6 md:px-8">
      {dataset.countsRecords ? <Balance dataset={dataset} /> : <SparkSteps dataset={dataset} />}
      <ComponentDiagram dataset={dataset} />
      <section aria-label="Delivery" className="space-y-1">
        <h2 className="font-medium">Delivery: {guarantees[dataset.delivery.guarantee].toLowerCase()}</h2>
        <p className="max-w-3xl text-ink-soft">{dataset.delivery.explanation}</p>
      </section>
      <ReadOutput dataset={dataset} />
      <ComponentsTable dataset={dataset} />
      <Resources resources={dataset.resources} />
    </div>
  );
}
