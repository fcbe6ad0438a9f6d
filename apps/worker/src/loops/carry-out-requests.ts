import { inTransaction } from "@letsdata/database/database";
import type { Jobs } from "@letsdata/database/jobs";
import { getDatasetById, lockDataset, transitionDataset } from "@letsdata/database/stores/dataset-store";
import { assertRedrivable } from "@letsdata/database/stores/redrive-tasks";
import { requestById, type StoredRequest, updateRequest } from "@letsdata/database/stores/request-store";
import type { TaskFilter } from "@letsdata/database/stores/task-store";
import type { DatasetConfig } from "@letsdata/dataset/dataset-config";
import type { RedrivePolicy } from "@letsdata/dataset/lifecycle";
import { followingReducerOf } from "@letsdata/dataset/spark-step";
import { asProblem, Problem } from "@letsdata/plugin-kit/problems";
import { loadDatasetContext } from "../dataset-contexts.ts";
import { deleteStoredDataset, RELEASE_RETRY_SECONDS } from "../delete-stored-dataset.ts";
import type { WorkerDependencies } from "../dependencies.ts";
import { initialiseStoredDataset } from "../initialise-stored-dataset.ts";
import { ensureModelEndpoint } from "../model-endpoint.ts";
import { updateStoredDataset } from "../update-stored-dataset.ts";
import { type RedriveProgress, redriveInBatches } from "./redrive-in-batches.ts";

interface RequestJob {
  readonly requestId: string;
  readonly datasetId: string;
}

/** Long operations people asked for; each is repeatable, because a killed worker's job starts again elsewhere. */
export async function workOnRequests(
  jobs: Jobs,
  dependencies: WorkerDependencies,
  onQueued: () => void,
): Promise<void> {
  await jobs.work<RequestJob>("carry-out-request", async ({ data, signal, isLastTry }) => {
    const { database, log } = dependencies;
    const request = await requestById(database, data.requestId);
    if (!request || request.status === "SUCCEEDED" || request.status === "FAILED") return;
    await updateRequest(database, request.requestId, { status: "RUNNING" });
    try {
      const result = await carryOut(dependencies, request, signal);
      await updateRequest(database, request.requestId, { status: "SUCCEEDED", result });
      onQueued();
    } catch (error) {
      const problem = asProblem(error);
      // What the end of this process interrupted has not failed; "stop": another worker took the job over, and the request with it.
      if (!isLastTry && (signal.aborted || problem.entry.retry !== "never")) throw error;
      log.warn(`request ${request.requestId} (${request.kind}) failed`, problem);
      await giveUp(jobs, dependencies, request.requestId, problem);
    }
  });
}

/** The dataset gets out of what the request had brought it into, and both say why. A release is tried again later. */
async function giveUp(
  jobs: Jobs,
  { database }: WorkerDependencies,
  requestId: string,
  { code, message, errors }: Problem,
): Promise<void> {
  const reason = { code, message, errors };
  await inTransaction(database, async (transaction) => {
    const request = await requestById(transaction, requestId);
    if (!request) return;
    const { datasetId, kind } = request;
    const { status } = await lockDataset(transaction, datasetId);
    if (kind === "delete" && status === "DELETING") {
      await transitionDataset(transaction, datasetId, "releaseFailed", { reason });
      const retriesAt = Date.now() + RELEASE_RETRY_SECONDS * 1_000;
      await updateRequest(transaction, requestId, { status: "PENDING", result: { ...reason, retriesAt } });
      const job: RequestJob = { requestId, datasetId };
      await jobs.enqueue(transaction, "carry-out-request", job, { startAfterSeconds: RELEASE_RETRY_SECONDS });
      return;
    }
    if (kind === "redrive" && status === "REDRIVING") {
      // What earlier batches queued is to run.
      const isBegun = ((request.result as RedriveProgress | null)?.redrivenTasks ?? 0) > 0;
      await transitionDataset(transaction, datasetId, isBegun ? "redriveReady" : "redriveFailed", { reason });
    }
    if (kind.startsWith("update") && status === "UPDATING") {
      await transitionDataset(transaction, datasetId, "updateEnded", { reason });
    }
    await updateRequest(transaction, requestId, { status: "FAILED", result: { ...request.result, ...reason } });
  });
}

type Result = Readonly<Record<string, unknown>>;

function carryOut(dependencies: WorkerDependencies, request: StoredRequest, signal: AbortSignal): Promise<Result> {
  switch (request.kind) {
    case "redrive":
      return redrive(dependencies, request, signal);
    case "stop":
      // The status alone stops the scheduling, drains what runs and settles what waits.
      return Promise.resolve({ moveStoppedTasksTo: request.input.moveStoppedTasksTo });
    case "updateCode":
    case "updateCompute":
      return updateStoredDataset(dependencies, request, signal);
    case "delete":
      return deleteStoredDataset(dependencies, request.datasetId, signal);
    default:
      throw new Problem("NOT_AVAILABLE_LOCALLY", `This installation cannot carry out "${request.kind}".`);
  }
}

interface RedriveInput {
  readonly taskIds?: readonly string[];
  readonly filter?: Omit<TaskFilter, "tenantId" | "datasetId">;
  readonly policy: RedrivePolicy;
}

async function redrive(dependencies: WorkerDependencies, request: StoredRequest, signal: AbortSignal): Promise<Result> {
  const { database, installation } = dependencies;
  const { datasetId, tenantId } = request;
  const { taskIds, filter, policy } = request.input as unknown as RedriveInput;
  const dataset = await getDatasetById(database, datasetId);
  if (dataset && !dataset.isPlanned) {
    // A failed initialisation left nothing to redrive but itself, however many tasks it stored before; it answers for the status from here on.
    await initialiseStoredDataset(dependencies, datasetId, signal);
    return { redrivenTasks: 0, initialised: true };
  }
  const wanted = { tenantId, datasetId, taskIds, filter: filter ? { ...filter, tenantId, datasetId } : undefined };
  const fromBeginning = policy === "RESTART_FROM_BEGINNING";
  // Stored by create-dataset after the parse.
  const followedBy = dataset ? followingReducerOf(dataset.config as unknown as DatasetConfig, datasetId) : null;
  if (dataset) assertRedrivable(dataset);
  // An update that failed may have left the dataset without it.
  await ensureModelEndpoint(installation, await loadDatasetContext(database, installation, datasetId), signal);
  const redrivenTasks = await redriveInBatches(database, request, { ...wanted, fromBeginning, followedBy }, signal);
  return { redrivenTasks };
}
