import type { DatasetViewDto } from "@letsdata/api/contract/dataset-dto";
import { ArrowRight } from "lucide-react";
import { Fragment } from "react";
import { formatBytes, formatCount } from "../../ui/format.ts";

/** Source → readers → queue → compute → queue → writers → target, with the numbers so far; checkpoints and errors branch off. */
export function ComponentDiagram({ dataset }: { readonly dataset: DatasetViewDto }) {
  const { counts, datasetProgress: progress } = dataset;
  const stages = [
    { name: "Source", detail: dataset.readConnector.type, figure: formatBytes(counts.bytesRead) },
    {
      name: "Readers",
      detail: dataset.readConnector.detail ?? "read, hand on",
      figure: `${formatCount(counts.recordsRead)} records`,
    },
    {
      name: "Compute",
      detail: dataset.computeEngine.type + (dataset.computeNotice ? ", stand-in vectors" : ""),
      figure: `${formatCount(progress.runningTasks)} tasks running`,
    },
    { name: "Writers", detail: "batch, write", figure: `${formatCount(counts.documentsWritten)} documents` },
    { name: "Target", detail: dataset.writeConnector.type, figure: formatBytes(counts.bytesWritten) },
  ];
  return (
    <section aria-label="Flow" className="space-y-3">
      <h2 className="font-medium">Flow</h2>
      <ol className="flex flex-col gap-1 lg:flex-row lg:items-stretch">
        {stages.map((stage, index) => (
          <Fragment key={stage.name}>
            {index > 0 ? (
              <li aria-hidden className="flex items-center justify-center text-ink-faint">
                <ArrowRight className="size-4 rotate-90 lg:rotate-0" />
              </li>
            ) : null}
            <li className="min-w-0 flex-1 rounded-md border border-line px-3 py-2">
              <span className="block font-medium">{stage.name}</span>
              <span className="block truncate text-[13px] text-ink-soft" title={stage.detail}>
                {stage.detail}
              </span>
              <span className="figures block truncate">{stage.figure}</span>
            </li>
          </Fragment>
        ))}
      </ol>
      <p className="text-[13px] text-ink-soft">
        Between the stages stand small queues: a full one holds back the stage before it. Errors (
        <span className="figures">{formatCount(counts.recordsErrored)}</span>) go to{" "}
        {dataset.errorConnector.name ? (
          <span className="figures break-all">{dataset.errorConnector.name}</span>
        ) : (
          "the error bucket"
        )}
        ; a checkpoint is saved only after everything before it was written or archived.
      </p>
    </section>
  );
}
