import type { Database } from "@letsdata/database/database";
import { getDatasetById, type StoredDataset } from "@letsdata/database/stores/dataset-store";
import { Problem } from "@letsdata/plugin-kit/problems";

const LOOK_MS = 1_000;

export interface InitialisationWatch {
  /** Aborts when the job ends or somebody gave the initialisation up: steps take minutes. */
  readonly signal: AbortSignal;
  /** Throws TRANSITION_NOT_ALLOWED where somebody gave the initialisation up. */
  assertWanted(): Promise<void>;
}

export function isBeingInitialised(dataset: Pick<StoredDataset, "status"> | null): boolean {
  return dataset?.status === "INITIALIZING" || dataset?.status === "REDRIVING";
}

/** Runs an initialisation for as long as nobody deletes or stops its dataset. */
export async function untilGivenUp<T>(
  database: Database,
  datasetId: string,
  signal: AbortSignal,
  work: (watch: InitialisationWatch) => Promise<T>,
): Promise<T> {
  const givenUp = new AbortController();
  const assertWanted = async () => {
    const dataset = await getDatasetById(database, datasetId);
    if (isBeingInitialised(dataset)) return;
    const problem = new Problem("TRANSITION_NOT_ALLOWED", `The dataset is ${dataset?.status} by now.`);
    givenUp.abort(problem);
    throw problem;
  };
  // A database that does not answer says nothing.
  const look = setInterval(() => void assertWanted().catch(() => {}), LOOK_MS);
  try {
    return await work({ signal: AbortSignal.any([signal, givenUp.signal]), assertWanted });
  } finally {
    clearInterval(look);
  }
}
