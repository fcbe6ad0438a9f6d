import { componentAccess } from "@letsdata/access/component-access";
import { errorConnectorOf, writeConnectorOf } from "@letsdata/access/connector-runtimes";
import { sparkSecretAccess, sparkSecretNames } from "@letsdata/access/spark-access";
import { deleteRole } from "@letsdata/aws/identity-roles";
import { deleteSecretsNamed } from "@letsdata/aws/secrets";
import { removeBucket } from "@letsdata/connectors/s3/provision";
import { inTransaction } from "@letsdata/database/database";
import type { Jobs } from "@letsdata/database/jobs";
import { getDatasetById, transitionDataset } from "@letsdata/database/stores/dataset-store";
import { deleteDatasetContents } from "@letsdata/database/stores/delete-dataset";
import { redrivableTasks, redriveTasks } from "@letsdata/database/stores/redrive-tasks";
import { requestById, type StoredRequest, updateRequest } from "@letsdata/database/stores/request-store";
import type { TaskFilter } from "@letsdata/database/stores/task-store";
import type { DatasetConfig } from "@letsdata/dataset/dataset-config";
import type { RedrivePolicy } from "@letsdata/dataset/lifecycle";
import { generatedNames } from "@letsdata/dataset/names";
import { ownerOf } from "@letsdata/dataset/resource-owners";
import { followingReducerOf, sparkStepsOf } from "@letsdata/dataset/spark-step";
import { asProblem, Problem } from "@letsdata/plugin-kit/problems";
import { loadDatasetContext } from "../dataset-contexts.ts";
import type { WorkerDependencies } from "../dependencies.ts";
import { initialiseStoredDataset } from "../initialise-stored-dataset.ts";
import { ensureModelEndpoint, removeModelEndpoint } from "../model-endpoint.ts";
import { intermediateBucket } from "../spark/intermediate-bucket.ts";
import { updateStoredDataset } from "../update-stored-dataset.ts";

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
  await jobs.work<RequestJob>("carry-out-request", async ({ data, signal }) => {
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
      // "stop": another worker took the job over, and the request with it.
      if (problem.entry.retry !== "never") throw error;
      log.warn(`request ${request.requestId} (${request.kind}) failed`, problem);
      const { code, message, errors } = problem;
      await updateRequest(database, request.requestId, { status: "FAILED", result: { code, message, errors } });
    }
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
      return deleteDataset(dependencies, request, signal);
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
  try {
    // An update that failed may have left the dataset without it.
    await ensureModelEndpoint(installation, await loadDatasetContext(database, installation, datasetId), signal);
    if (fromBeginning) await removeOutput(dependencies, datasetId, await redrivableTasks(database, wanted), signal);
    const redrivenTasks = await inTransaction(database, async (transaction) => {
      const count = await redriveTasks(transaction, { ...wanted, fromBeginning, followedBy });
      const now = await getDatasetById(transaction, datasetId);
      if (now?.status === "REDRIVING") await transitionDataset(transaction, datasetId, "redriveReady");
      return count;
    });
    return { redrivenTasks };
  } catch (error) {
    const now = await getDatasetById(database, datasetId);
    if (asProblem(error).entry.retry !== "later" && now?.status === "REDRIVING") {
      await transitionDataset(database, datasetId, "redriveFailed");
    }
    throw error;
  }
}

/** Where the target can tell a task's documents apart, a fresh start removes them first. */
async function removeOutput(
  { database, installation }: WorkerDependencies,
  datasetId: string,
  taskIds: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  const { config, owner, tenantId, datasetName } = await loadDatasetContext(database, installation, datasetId);
  const connector = writeConnectorOf(config);
  if (!connector.removeTaskOutput) return;
  const access = componentAccess(installation, config, owner, "writeConnector");
  for (const taskId of taskIds) {
    const task = { tenantId, datasetId, datasetName, taskId, attempt: 0 };
    await connector.removeTaskOutput({ config: config.writeConnector, access, task }, signal);
  }
}

/** Removes what LetsData owns for the dataset, then everything known of it. What belongs to the customer is never touched. */
async function deleteDataset(
  dependencies: WorkerDependencies,
  request: StoredRequest,
  signal: AbortSignal,
): Promise<Result> {
  const { database, installation, artifacts } = dependencies;
  const { datasetId } = request;
  const { config, owner } = await loadDatasetContext(database, installation, datasetId);
  if (ownerOf(config, "writeConnector") === "LetsData") {
    const access = componentAccess(installation, config, owner, "writeConnector");
    await writeConnectorOf(config).remove(config.writeConnector, access, signal);
  }
  if (ownerOf(config, "errorConnector") === "LetsData") {
    const access = componentAccess(installation, config, owner, "errorConnector");
    await errorConnectorOf(config).remove(config.errorConnector, access, signal);
  }
  await removeModelEndpoint(installation, { datasetId, config, owner }, signal);
  if (sparkStepsOf(config).length > 0) {
    await deleteSecretsNamed(
      sparkSecretAccess(installation, config),
      sparkSecretNames(installation, datasetId),
      signal,
    );
    await removeBucket(...intermediateBucket(installation, { config, datasetId }), signal);
  }
  await deleteRole(installation, generatedNames(installation.stage, datasetId).customerAccessRole, signal);
  await artifacts.remove(datasetId);
  await inTransaction(database, async (transaction) => {
    await deleteDatasetContents(transaction, datasetId);
    await transitionDataset(transaction, datasetId, "released");
  });
  return { type: "DELETE" };
}
