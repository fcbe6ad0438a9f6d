import { inTransaction } from "@letsdata/database/database";
import { addConfigRevision } from "@letsdata/database/stores/config-revision-store";
import {
  getDatasetById,
  type StoredDataset,
  saveDatasetResources,
  transitionDataset,
} from "@letsdata/database/stores/dataset-store";
import type { StoredRequest } from "@letsdata/database/stores/request-store";
import { concurrencyOf, type DatasetConfig, logLevelOf } from "@letsdata/dataset/dataset-config";
import { checkDataset } from "@letsdata/dataset/initialise";
import { generatedNames, type Stage } from "@letsdata/dataset/names";
import { withGeneratedNames } from "@letsdata/dataset/resolve-names";
import type { ProvisionedResource } from "@letsdata/plugin-kit/connector";
import { asProblem } from "@letsdata/plugin-kit/problems";
import { type DatasetContext, loadDatasetContext } from "./dataset-contexts.ts";
import { describeHandlers } from "./dataset-handler.ts";
import { createDatasetLog } from "./dataset-log.ts";
import type { WorkerDependencies } from "./dependencies.ts";
import { initialisePorts } from "./initialise-ports.ts";
import { endpointLost, remakeModelEndpoint } from "./model-endpoint.ts";

/** An outage is waited for this long before the update counts as failed. */
const PATIENCE_MS = 10 * 60_000;

/**
 * UPDATING → the status before, with the new configuration as a revision, or with the old one and the reason. Access is checked and
 * the handler loaded first. Repeatable; throws what is worth repeating.
 */
export async function updateStoredDataset(
  dependencies: WorkerDependencies,
  request: StoredRequest,
  signal: AbortSignal,
): Promise<Readonly<Record<string, unknown>>> {
  const { database, installation, artifacts, log } = dependencies;
  const { datasetId, userId } = request;
  const stored = await getDatasetById(database, datasetId);
  if (stored?.status !== "UPDATING") return { codeVersion: stored?.codeVersion };
  const newCode = request.kind === "updateCode";
  const now = await loadDatasetContext(database, installation, datasetId);
  const codeVersion = now.codeVersion + (newCode ? 1 : 0);
  const config = withGeneratedNames(request.input.config as DatasetConfig, installation.stage, datasetId);
  const place = { datasetId, taskId: null, attempt: null, leastLevel: logLevelOf(config.computeEngine) };
  const write = createDatasetLog(database, log, place);
  const say = (level: "INFO" | "ERROR", message: string) => write("ENGINE", [{ time: Date.now(), level, message }]);
  try {
    const context = { ...now, config, codeVersion, externalId: stored.externalId ?? String(stored.createdAt) };
    const codeDigest = await checkUpdate(dependencies, context, newCode, signal);
    const made = newCode ? null : await remakeModelEndpoint(installation, now, context, signal);
    await inTransaction(database, async (transaction) => {
      const concurrency = concurrencyOf(config.computeEngine);
      await addConfigRevision(transaction, { datasetId, userId, config: { ...config }, concurrency, newCode });
      await saveDatasetResources(transaction, datasetId, {
        codeDigest,
        ...(made ? withEndpoint(stored, made, installation.stage) : {}),
      });
      await transitionDataset(transaction, datasetId, "updateEnded");
    });
    await say("INFO", newCode ? `Code version ${codeVersion} is loaded.` : "The compute engine is updated.");
    return { codeVersion };
  } catch (thrown) {
    const problem = asProblem(thrown);
    const mayRecover = problem.entry.retry === "later" && Date.now() - request.createdAt < PATIENCE_MS;
    if (mayRecover || signal.aborted) throw thrown;
    if (newCode) await artifacts.remove(datasetId, codeVersion);
    const { code, errors } = problem;
    const isAsBefore = errors.every((error) => error.code !== endpointLost);
    const message = `The update failed${isAsBefore ? ", everything stays as it was" : ""}: ${problem.message}`;
    await say("ERROR", message);
    if ((await getDatasetById(database, datasetId))?.status === "UPDATING") {
      await transitionDataset(database, datasetId, "updateEnded", { reason: { code, message, errors } });
    }
    throw thrown;
  }
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
