import type { Jobs } from "@letsdata/database/jobs";
import { INITIALISATIONS_AT_ONCE, type WorkerDependencies } from "../dependencies.ts";
import { initialiseStoredDataset } from "../initialise-stored-dataset.ts";

/** Created datasets, one job each; a killed worker's job starts again elsewhere. */
export async function workOnInitialisations(
  jobs: Jobs,
  dependencies: WorkerDependencies,
  onReady: () => void,
): Promise<void> {
  await jobs.work<{ readonly datasetId: string }>(
    "initialise-dataset",
    async ({ data, signal }) => {
      await initialiseStoredDataset(dependencies, data.datasetId, signal);
      onReady();
    },
    { concurrency: INITIALISATIONS_AT_ONCE },
  );
}
