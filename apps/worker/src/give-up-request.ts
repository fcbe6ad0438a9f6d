import { inTransaction } from "@letsdata/database/database";
import type { Jobs } from "@letsdata/database/jobs";
import { lockDataset, transitionDataset } from "@letsdata/database/stores/dataset-store";
import { isOpenRequest, requestById, updateRequest } from "@letsdata/database/stores/request-store";
import type { Problem } from "@letsdata/plugin-kit/problems";
import { RELEASE_RETRY_SECONDS } from "./delete-stored-dataset.ts";
import type { WorkerDependencies } from "./dependencies.ts";
import type { RedriveProgress } from "./loops/redrive-in-batches.ts";
import { forgetUpdate, sayUpdateFailed, updateFailure } from "./update-stored-dataset.ts";

/** The queue of requests. */
export const REQUEST_QUEUE = "carry-out-request";

export interface RequestJob {
  readonly requestId: string;
  readonly datasetId: string;
}

/**
 * The dataset gets out of what the request had brought it into, and both say why. A release is tried again later. A request that another
 * worker ended meanwhile stays as it is.
 */
export async function giveUpRequest(
  jobs: Jobs,
  dependencies: WorkerDependencies,
  requestId: string,
  problem: Problem,
): Promise<void> {
  const { code, message, errors } = problem;
  const reason = { code, message, errors };
  const failedUpdate = await inTransaction(dependencies.database, async (transaction) => {
    const asked = await requestById(transaction, requestId);
    if (!asked) return null;
    const { datasetId, tenantId, kind } = asked;
    const { status } = await lockDataset(transaction, datasetId);
    // Whoever ends a request with its dataset holds the dataset.
    const request = await requestById(transaction, requestId);
    if (!request || !isOpenRequest(request)) return null;
    if (kind === "delete" && status === "DELETING") {
      await transitionDataset(transaction, datasetId, "releaseFailed", { reason });
      const retriesAt = Date.now() + RELEASE_RETRY_SECONDS * 1_000;
      await updateRequest(transaction, requestId, { status: "PENDING", result: { ...reason, retriesAt } });
      const job: RequestJob = { requestId, datasetId };
      const options = { startAfterSeconds: RELEASE_RETRY_SECONDS, group: tenantId };
      await jobs.enqueue(transaction, REQUEST_QUEUE, job, options);
      return null;
    }
    if (kind === "redrive" && status === "REDRIVING") {
      // What earlier batches queued is to run.
      const isBegun = ((request.result as RedriveProgress | null)?.redrivenTasks ?? 0) > 0;
      await transitionDataset(transaction, datasetId, isBegun ? "redriveReady" : "redriveFailed", { reason });
    }
    const isUpdate = kind.startsWith("update") && status === "UPDATING";
    if (isUpdate) {
      await forgetUpdate(dependencies, transaction, request);
      await transitionDataset(transaction, datasetId, "updateEnded", { reason: updateFailure(problem) });
    }
    await updateRequest(transaction, requestId, { status: "FAILED", result: { ...request.result, ...reason } });
    return isUpdate ? request : null;
  });
  if (failedUpdate) await sayUpdateFailed(dependencies, failedUpdate, problem);
}
