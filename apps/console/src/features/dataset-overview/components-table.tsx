import type { ComponentSummaryDto, DatasetViewDto } from "@letsdata/api/contract/dataset-dto";
import { Info } from "lucide-react";

const components = [
  ["readConnector", "Read from"],
  ["writeConnector", "Write to"],
  ["errorConnector", "Errors to"],
  ["computeEngine", "Compute"],
  ["manifestFile", "Manifest"],
] as const;

const owners: Record<NonNullable<ComponentSummaryDto["resourceLocation"]>, string> = {
  Customer: "yours",
  LetsData: "LetsData's",
};

/** The five components, a line each. */
export function ComponentsTable({ dataset }: { readonly dataset: DatasetViewDto }) {
  return (
    <section aria-label="Components" className="space-y-3">
      <h2 className="font-medium">Components</h2>
      <dl className="divide-y divide-line border-y border-line">
        {components.map(([key, name]) => {
          const summary = dataset[key];
          return (
            <div key={key} className="grid gap-x-4 py-2 sm:grid-cols-[8rem_1fr]">
              <dt className="text-ink-soft">{name}</dt>
              <dd className="min-w-0 break-words">
                <span className="font-medium">{summary.type}</span>
                {summary.name ? <span className="figures break-all"> {summary.name}</span> : null}
                <span className="block text-[13px] text-ink-soft">
                  {[summary.resourceLocation ? owners[summary.resourceLocation] : null, summary.region, summary.detail]
                    .filter(Boolean)
                    .join(" · ")}
                </span>
                {key === "computeEngine" && dataset.computeNotice ? (
                  <span className="flex items-baseline gap-1 text-[13px]">
                    <Info aria-hidden className="size-3.5 shrink-0 self-center text-accent" />
                    {dataset.computeNotice}
                  </span>
                ) : null}
              </dd>
            </div>
          );
        })}
      </dl>
    </section>
  );
}
