import type { DatasetViewDto } from "@letsdata/api/contract/dataset-dto";
import { formatCount } from "../../ui/format.ts";

/** In the place of the balance: Spark steps read and write by themselves, so only their tasks can be counted. */
export function SparkSteps({ dataset }: { readonly dataset: Pick<DatasetViewDto, "datasetProgress" | "config"> }) {
  const { completedTasks, totalTasks, errorTasks } = dataset.datasetProgress;
  const engine = dataset.config.computeEngine as { readonly runSparkInterfaces?: string } | undefined;
  const steps = stepsInWords[engine?.runSparkInterfaces ?? ""] ?? "Spark steps run.";
  return (
    <section aria-label="Spark steps" className="space-y-2">
      <h2 className="font-medium">Spark steps</h2>
      <p>
        <span className="figures">
          {formatCount(completedTasks)} of {formatCount(totalTasks)}
        </span>{" "}
        tasks are completed
        {errorTasks > 0 ? <span className="text-bad">, {formatCount(errorTasks)} errored</span> : null}.
      </p>
      <p className="max-w-3xl text-[13px] text-ink-soft">
        {steps} Your code reads and writes by itself: there are no records to count, no error records and no
        checkpoints, and a step that runs again starts over.
      </p>
    </section>
  );
}

const stepsInWords: Readonly<Record<string, string>> = {
  MAPPER_AND_REDUCER: "A mapper runs for each line of the manifest, and the reducer when all of them are completed.",
  MAPPER_ONLY: "A mapper runs for each line of the manifest.",
  REDUCER_ONLY: "One reducer runs over all objects of the manifest.",
};
