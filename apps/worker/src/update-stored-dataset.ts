import { inTransaction, type Queryable } from "@letsdata/database/database";
import { addConfigRevision } from "@letsdata/database/stores/config-revision-store";
import {
  getDatasetById,
  lockDataset,
  type StatusReason,
  type StoredDataset,
  saveDatasetResources,
  transitionDataset,
} from "@letsdata/database/stores/dataset-store";
import { isOpenRequest, requestById, type StoredRequest, updateRequest } from "@letsdata/database/stores/request-store";
import { concurrencyOf, type DatasetConfig, logLevelOf } from "@letsdata/dataset/dataset-config";
import { checkDataset } from "@letsdata/dataset/initialise";
import { generatedNames, type Stage } from "@letsdata/dataset/names";
import { withGeneratedNames } from "@letsdata/dataset/resolve-names";
import type { ProvisionedResource } from "@letsdata/plugin-kit/connector";
import { Problem } from "@letsdata/plugin-kit/problems";
import { type DatasetContext, loadDatasetContext } from "./dataset-contexts.ts";
import { describeHandlers } from "./dataset-handler.ts";
import { createDatasetLog } from "./dataset-log.ts";
import type { WorkerDependencies } from "./dependencies.ts";
import { initialisePorts } from "./initialise-ports.ts";
import { endpointLost, remakeModelEndpoint } from "./model-endpoint.ts";

/**
 * UPDATING → the status before, with the new configuration as a revision; the request has SUCCEEDED in the same transaction. Access is checked
 * and the handler loaded first. Repeatable. Throws why it failed and leaves the dataset UPDATING: whether to repeat or to give up is the
 * caller's to decide. Throws TRANSITION_NOT_ALLOWED where another worker ended the request.
 */
export async function updateStoredDataset(
  dependencies: WorkerDependencies,
  request: StoredRequest,
  signal: AbortSignal,
): Promise<Readonly<Record<string, unknown>>> {
  const { database, installation } = dependencies;
  const { requestId, datasetId, userId } = request;
  const stored = await getDatasetById(database, datasetId);
  if (stored?.status !== "UPDATING") throw endedElsewhere();
  const newCode = request.kind === "updateCode";
  const now = await loadDatasetContext(database, installation, datasetId);
  const codeVersion = now.codeVersion + (newCode ? 1 : 0);
  const config = withGeneratedNames(request.input.config as DatasetConfig, installation.stage, datasetId);
  const context = { ...now, config, codeVersion, externalId: stored.externalId ?? String(stored.createdAt) };
  const codeDigest = await checkUpdate(dependencies, context, newCode, signal);
  const made = newCode ? null : await remakeModelEndpoint(installation, now, context, signal);
  await inTransaction(database, async (transaction) => {
    await lockDataset(transaction, datasetId);
    const open = await requestById(transaction, requestId);
    if (!open || !isOpenRequest(open)) throw endedElsewhere();
    const concurrency = concurrencyOf(config.computeEngine);
    await addConfigRevision(transaction, { datasetId, userId, config: { ...config }, concurrency, newCode });
    await saveDatasetResources(transaction, datasetId, {
      codeDigest,
      ...(made ? withEndpoint(stored, made, installation.stage) : {}),
    });
    await transitionDataset(transaction, datasetId, "updateEnded");
    await updateRequest(transaction, requestId, { status: "SUCCEEDED", result: { codeVersion } });
  });
  const done = newCode ? `Code version ${codeVersion} is loaded.` : "The compute engine is updated.";
  await say(dependencies, request, "INFO", done);
  return { codeVersion };
}

/** What the dataset says of an update that is given up. */
export function updateFailure({ code, message, errors }: Problem): StatusReason {
  const isAsBefore = errors.every((error) => error.code !== endpointLost);
  const failed = `The update failed${isAsBefore ? ", everything stays as it was" : ""}`;
  return { code, message: `${failed}: ${message}`, errors };
}

export function sayUpdateFailed(
  dependencies: WorkerDependencies,
  request: StoredRequest,
  problem: Problem,
): Promise<void> {
  return say(dependencies, request, "ERROR", updateFailure(problem).message);
}

/** Removes code that was loaded for an update that is given up. Call while the dataset is UPDATING: the next one has the same version. */
export async function forgetUpdate(
  { artifacts }: WorkerDependencies,
  transaction: Queryable,
  { kind, datasetId }: StoredRequest,
): Promise<void> {
  if (kind !== "updateCode") return;
  const stored = await getDatasetById(transaction, datasetId);
  if (stored) await artifacts.remove(datasetId, stored.codeVersion + 1);
}

function say(
  { logLines }: WorkerDependencies,
  { datasetId, input }: StoredRequest,
  level: "INFO" | "ERROR",
  message: string,
): Promise<void> {
  const leastLevel = logLevelOf((input.config as DatasetConfig).computeEngine);
  const write = createDatasetLog(logLines, { datasetId, taskId: null, attempt: null, leastLevel });
  return write("ENGINE", [{ time: Date.now(), level, message }]);
}

function endedElsewhere(): Problem {
  return new Problem("TRANSITION_NOT_ALLOWED", "Another worker ended this update.");
}

/** The dataset's resources with those of its endpoint as they are now. */
function withEndpoint({ datasetId, resources }: StoredDataset, made: readonly ProvisionedResource[], stage: Stage) {
  const { endpoint, modelBucket } = generatedNames(stage, datasetId);
  const others = resources.filter(({ name }) => name !== endpoint && name !== modelBucket);
  const ofEndpoint = made.map((resource) => ({
    ...resource,
    component: "computeEngine",
    resourceLocation: "LetsData" as const,
  }));
  return { resources: [...others, ...ofEndpoint] };
}

/** The digest of the code the new configuration runs. Throws one Problem with every finding. */
async function checkUpdate(
  dependencies: WorkerDependencies,
  context: DatasetContext & { readonly externalId: string },
  newCode: boolean,
  signal: AbortSignal,
): Promise<string | null> {
  const { artifacts, pool } = dependencies;
  const { datasetId, config, codeVersion } = context;
  let codeDigest = context.codeDigest;
  const ports = {
    ...initialisePorts(dependencies, context),
    async loadArtifact() {
      // A repeated update takes the object as it is now: the one before may have failed because of it.
      if (newCode) await artifacts.remove(datasetId, codeVersion);
      const artifact = await artifacts.open({ ...context, expectedDigest: newCode ? null : context.codeDigest });
      await describeHandlers(pool, config, artifact.artifactDir);
      codeDigest = artifact.digest;
    },
  };
  await checkDataset({ datasetId, config, ports, signal });
  return codeDigest;
}
