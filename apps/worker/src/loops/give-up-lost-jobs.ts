import { inTransaction } from "@letsdata/database/database";
import type { Jobs } from "@letsdata/database/jobs";
import { datasetsInStatus, lockDataset, transitionDataset } from "@letsdata/database/stores/dataset-store";
import { openRequests } from "@letsdata/database/stores/request-store";
import { Problem } from "@letsdata/plugin-kit/problems";
import type { WorkerDependencies } from "../dependencies.ts";
import { giveUpRequest, REQUEST_QUEUE } from "../give-up-request.ts";
import { INITIALISATION_QUEUE } from "./initialise-datasets.ts";

/**
 * Gives up what no job carries out any more: a job tells how it ended at its last try, unless its worker is lost with it. Any number of workers
 * may do so at once.
 */
export async function giveUpLostJobs(jobs: Jobs, dependencies: WorkerDependencies): Promise<void> {
  await giveUpRequests(jobs, dependencies);
  await giveUpInitialisations(jobs, dependencies);
}

async function giveUpRequests(jobs: Jobs, dependencies: WorkerDependencies): Promise<void> {
  const { database, log } = dependencies;
  for await (const { requestId, kind } of openRequests(database)) {
    if (await jobs.isOpen(REQUEST_QUEUE, { requestId })) continue;
    log.warn(`no job carries out request ${requestId} (${kind}) any more`);
    await giveUpRequest(jobs, dependencies, requestId, lost("Ask for it again"));
  }
}

async function giveUpInitialisations(jobs: Jobs, { database, log }: WorkerDependencies): Promise<void> {
  for (const { datasetId } of await datasetsInStatus(database, ["CREATED", "INITIALIZING"])) {
    if (await jobs.isOpen(INITIALISATION_QUEUE, { datasetId })) continue;
    log.warn(`no job initialises dataset ${datasetId} any more`);
    const { code, message, errors } = lost("Redrive the dataset");
    await inTransaction(database, async (transaction) => {
      const { status } = await lockDataset(transaction, datasetId);
      if (status === "CREATED") await transitionDataset(transaction, datasetId, "initialise");
      if (status === "CREATED" || status === "INITIALIZING")
        await transitionDataset(transaction, datasetId, "initFailed", { reason: { code, message, errors } });
    });
  }
}

function lost(fix: string): Problem {
  return new Problem("INTERNAL", `Each worker that took this up was lost before it ended. ${fix}.`);
}
