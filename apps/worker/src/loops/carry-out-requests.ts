import type { Jobs, JobTry } from "@letsdata/database/jobs";
import { getDatasetById, type StoredDataset } from "@letsdata/database/stores/dataset-store";
import { assertRedrivable } from "@letsdata/database/stores/redrive-tasks";
import { type StoredRequest, startRequest, updateRequest } from "@letsdata/database/stores/request-store";
import type { TaskFilter } from "@letsdata/database/stores/task-store";
import type { DatasetConfig } from "@letsdata/dataset/dataset-config";
import type { RedrivePolicy } from "@letsdata/dataset/lifecycle";
import { followingReducerOf } from "@letsdata/dataset/spark-step";
import { asProblem, Problem, type ProblemCode, problemCatalogue } from "@letsdata/plugin-kit/problems";
import { loadDatasetContext } from "../dataset-contexts.ts";
import { deleteStoredDataset, isDeleted, releaseDataset } from "../delete-stored-dataset.ts";
import { REQUESTS_AT_ONCE, REQUESTS_OF_TENANT, type WorkerDependencies } from "../dependencies.ts";
import { giveUpRequest, REQUEST_QUEUE, type RequestJob } from "../give-up-request.ts";
import { initialiseStoredDataset } from "../initialise-stored-dataset.ts";
import { ensureModelEndpoint } from "../model-endpoint.ts";
import { updateStoredDataset } from "../update-stored-dataset.ts";
import { redriveInBatches } from "./redrive-in-batches.ts";

/** Long operations people asked for; each is repeatable, because a killed worker's job starts again elsewhere. */
export async function workOnRequests(
  jobs: Jobs,
  dependencies: WorkerDependencies,
  onQueued: () => void,
): Promise<void> {
  await jobs.work<RequestJob>(
    REQUEST_QUEUE,
    async ({ data, signal, isLastTry }) => {
      const { database, log } = dependencies;
      const request = await startRequest(database, data.requestId);
      if (!request) return;
      try {
        const result = await carryOut(dependencies, request, { signal, isLastTry });
        await updateRequest(database, request.requestId, { status: "SUCCEEDED", result });
        onQueued();
      } catch (error) {
        const problem = asProblem(error);
        // What the end of this process interrupted has not failed; "stop": another worker took the job over, and the request with it.
        if (!isLastTry && (signal.aborted || problem.entry.retry !== "never")) throw error;
        log.warn(`request ${request.requestId} (${request.kind}) failed`, problem);
        await giveUpRequest(jobs, dependencies, request.requestId, problem);
      }
    },
    // One that takes long, such as a redrive of a million tasks, keeps nobody else waiting. Those of one dataset hold its lock where they
    // change it.
    { concurrency: REQUESTS_AT_ONCE, concurrencyOfGroup: REQUESTS_OF_TENANT },
  );
}

type Result = Readonly<Record<string, unknown>>;

function carryOut(dependencies: WorkerDependencies, request: StoredRequest, job: JobTry): Promise<Result> {
  switch (request.kind) {
    case "redrive":
      return redrive(dependencies, request, job);
    case "stop":
      // The status alone stops the scheduling, drains what runs and settles what waits.
      return Promise.resolve({ moveStoppedTasksTo: request.input.moveStoppedTasksTo });
    case "updateCode":
    case "updateCompute":
      return updateStoredDataset(dependencies, request, job.signal);
    case "delete":
      return deleteStoredDataset(dependencies, request.datasetId, job.signal);
    default:
      throw new Problem("NOT_AVAILABLE_LOCALLY", `This installation cannot carry out "${request.kind}".`);
  }
}

interface RedriveInput {
  readonly taskIds?: readonly string[];
  readonly filter?: Omit<TaskFilter, "tenantId" | "datasetId">;
  readonly policy: RedrivePolicy;
}

async function redrive(dependencies: WorkerDependencies, request: StoredRequest, job: JobTry): Promise<Result> {
  const { signal } = job;
  const { database, installation } = dependencies;
  const { datasetId, tenantId } = request;
  const { taskIds, filter, policy } = request.input as unknown as RedriveInput;
  const dataset = await getDatasetById(database, datasetId);
  if (dataset && !dataset.isPlanned) {
    // A failed initialisation left nothing to redrive but itself, however many tasks it stored before; it answers for the status from here on.
    await initialiseStoredDataset(dependencies, datasetId, job);
    const now = await getDatasetById(database, datasetId);
    if (!now?.isPlanned) throw whyNotInitialised(now);
    return { redrivenTasks: 0, initialised: true };
  }
  const wanted = { tenantId, datasetId, taskIds, filter: filter ? { ...filter, tenantId, datasetId } : undefined };
  const fromBeginning = policy === "RESTART_FROM_BEGINNING";
  // Stored by create-dataset after the parse.
  const followedBy = dataset ? followingReducerOf(dataset.config as unknown as DatasetConfig, datasetId) : null;
  if (dataset && !isDeleted(dataset)) assertRedrivable(dataset);
  try {
    // An update that failed may have left the dataset without it.
    if (!isDeleted(dataset))
      await ensureModelEndpoint(installation, await loadDatasetContext(database, installation, datasetId), signal);
  } finally {
    // What was made behind the removal, by this try or an earlier one, is nobody's any more.
    if (isDeleted(await getDatasetById(database, datasetId))) await releaseDataset(dependencies, datasetId, signal);
  }
  const redrivenTasks = await redriveInBatches(database, request, { ...wanted, fromBeginning, followedBy }, signal);
  return { redrivenTasks };
}

/** The reason its initialisation gave, or that it was stopped or deleted meanwhile. */
function whyNotInitialised(dataset: StoredDataset | null): Problem {
  const { code, message, errors } = dataset?.statusReason ?? { code: null };
  if (code !== null && Object.hasOwn(problemCatalogue, code))
    return new Problem(code as ProblemCode, message, { errors });
  if (dataset) assertRedrivable(dataset);
  return new Problem("TRANSITION_NOT_ALLOWED", "The dataset was not initialised: redrive it again.");
}
