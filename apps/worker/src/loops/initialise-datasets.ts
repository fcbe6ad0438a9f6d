import type { Jobs } from "@letsdata/database/jobs";
import { asProblem } from "@letsdata/plugin-kit/problems";
import { RELEASE_RETRY_SECONDS } from "../delete-stored-dataset.ts";
import { INITIALISATIONS_AT_ONCE, INITIALISATIONS_OF_TENANT, type WorkerDependencies } from "../dependencies.ts";
import { initialiseStoredDataset } from "../initialise-stored-dataset.ts";

/** The queue of created datasets. */
export const INITIALISATION_QUEUE = "initialise-dataset";

interface InitialisationJob {
  readonly datasetId: string;
}

/** Created datasets, one job each; a killed worker's job starts again elsewhere. */
export async function workOnInitialisations(
  jobs: Jobs,
  dependencies: WorkerDependencies,
  onReady: () => void,
): Promise<void> {
  await jobs.work<InitialisationJob>(
    INITIALISATION_QUEUE,
    async ({ data, signal, isLastTry, group }) => {
      try {
        await initialiseStoredDataset(dependencies, data.datasetId, { signal, isLastTry });
        onReady();
      } catch (error) {
        if (!isLastTry && (signal.aborted || asProblem(error).entry.retry !== "never")) throw error;
        // It says itself how it ended; what it cannot is to remove what it made for a dataset that was deleted meanwhile.
        dependencies.log.warn(`dataset ${data.datasetId} is not released`, error);
        const { database } = dependencies;
        const options = { startAfterSeconds: RELEASE_RETRY_SECONDS, group: group ?? undefined };
        await jobs.enqueue(database, INITIALISATION_QUEUE, data, options);
      }
    },
    { concurrency: INITIALISATIONS_AT_ONCE, concurrencyOfGroup: INITIALISATIONS_OF_TENANT },
  );
}
