import { availableRuntimes } from "@letsdata/access/available-runtimes";
import { mayPlanMore } from "@letsdata/access/plan-source";
import { inTransaction } from "@letsdata/database/database";
import type { JobTry } from "@letsdata/database/jobs";
import {
  getDatasetById,
  type StatusReason,
  type StoredDataset,
  saveDatasetResources,
  transitionDataset,
} from "@letsdata/database/stores/dataset-store";
import { finishPlan } from "@letsdata/database/stores/initial-plan";
import type { LogLevel } from "@letsdata/database/stores/log-store";
import { expectMoreTasks } from "@letsdata/database/stores/source-planning";
import { unavailableParts } from "@letsdata/dataset/availability";
import {
  type InitialisationNotice,
  type InitialisationProgress,
  type Initialised,
  initialisationSteps,
  initialiseDataset,
} from "@letsdata/dataset/initialise";
import { generatedNames, type Stage } from "@letsdata/dataset/names";
import { asProblem, Problem, type ProblemDetail } from "@letsdata/plugin-kit/problems";
import { loadDatasetContext } from "./dataset-contexts.ts";
import { createDatasetLog } from "./dataset-log.ts";
import { isDeleted, releaseDataset } from "./delete-stored-dataset.ts";
import type { WorkerDependencies } from "./dependencies.ts";
import { type InitialisationWatch, isBeingInitialised, untilGivenUp } from "./initialisation-watch.ts";
import { initialisePorts } from "./initialise-ports.ts";

/**
 * CREATED, INITIALIZING or REDRIVING → PROCESSING, or ERRORED with every finding. Where the dataset is deleted meanwhile it stops and removes
 * what it made; of one that is deleted already it removes what there is, since the worker that initialised it may have died. Throws what is
 * worth repeating (throttling, outages) before the job's last try, so that the queue runs it again, and why a deleted one's remains cannot be
 * removed; all steps are repeatable.
 */
export async function initialiseStoredDataset(
  dependencies: WorkerDependencies,
  datasetId: string,
  { signal, isLastTry }: JobTry,
): Promise<void> {
  const { database, log } = dependencies;
  const stored = await getDatasetById(database, datasetId);
  if (!stored) return;
  if (stored.status === "CREATED") await transitionDataset(database, datasetId, "initialise");
  else if (isDeleted(stored)) return releaseDataset(dependencies, datasetId, signal);
  else if (!isBeingInitialised(stored)) return;
  const isRedrive = stored.status === "REDRIVING";
  const say = initialisationLog(dependencies, stored);
  try {
    const initialised = await untilGivenUp(database, datasetId, signal, (watch) =>
      initialise(dependencies, stored, watch, say),
    );
    await inTransaction(database, async (transaction) => {
      await saveDatasetResources(transaction, datasetId, factsOf(stored, initialised, dependencies.installation.stage));
      await finishPlan(transaction, datasetId, initialised.plan);
      if (initialised.mayPlanMore) await expectMoreTasks(transaction, datasetId);
      await transitionDataset(transaction, datasetId, isRedrive ? "redriveReady" : "planned", {
        reason: reasonOf(initialised.notices),
      });
    });
    await say("INFO", `Initialised: ${initialised.totalTasks} tasks are planned.`);
    for (const { message, findings } of initialised.notices)
      await say("WARN", [message, ...findings.map(findingText)].join("\n"));
    log.info(`dataset ${datasetId} has ${initialised.totalTasks} tasks and is PROCESSING`);
  } catch (error) {
    const problem = asProblem(error);
    const now = await getDatasetById(database, datasetId);
    // What was made behind the removal, or beside it, is nobody's any more.
    if (isDeleted(now)) return releaseDataset(dependencies, datasetId, signal);
    const mayRecover = problem.entry.retry === "later" && !isLastTry;
    // LEASE_LOST: another worker took the job over and plans by what it found; how this ends is its to say.
    if (mayRecover || signal.aborted || problem.code === "LEASE_LOST") throw error;
    // Stopped meanwhile, or finished by another worker that took the job over.
    if (!isBeingInitialised(now)) return;
    log.warn(`dataset ${datasetId} could not be initialised`, problem);
    const { code, message, errors } = problem;
    await say("ERROR", [`${code}: ${message}`, ...errors.map(findingText)].join("\n"));
    await transitionDataset(database, datasetId, isRedrive ? "redriveFailed" : "initFailed", {
      reason: { code, message, errors },
    });
  }
}

async function initialise(
  dependencies: WorkerDependencies,
  stored: StoredDataset,
  { signal, assertWanted }: InitialisationWatch,
  say: InitialisationLog,
): Promise<Initialised & { readonly mayPlanMore: boolean }> {
  const { database, installation } = dependencies;
  const { datasetId } = stored;
  const loaded = await loadDatasetContext(database, installation, datasetId);
  const { config } = loaded;
  const missing = unavailableParts(config, availableRuntimes);
  if (missing.length > 0) {
    throw new Problem("NOT_AVAILABLE_LOCALLY", missing[0]?.message ?? "Not available here", { errors: missing });
  }
  await saveDatasetResources(database, datasetId, { config });
  const context = { ...loaded, externalId: stored.externalId ?? String(stored.createdAt) };
  const onProgress = async ({ step, state, plannedTasks }: InitialisationProgress) => {
    if (state === "done") return;
    await assertWanted();
    const message = initialisationSteps[step] + (plannedTasks ? `: ${plannedTasks}` : "");
    await say(plannedTasks ? "DEBUG" : "INFO", message);
    await saveDatasetResources(database, datasetId, { statusReason: { code: null, message, errors: [] } });
  };
  const ports = initialisePorts(dependencies, context);
  const initialised = await initialiseDataset({ datasetId, config, ports, signal, onProgress });
  return { ...initialised, mayPlanMore: mayPlanMore(config) };
}

type InitialisationLog = (level: LogLevel, message: string) => Promise<void>;

function initialisationLog({ logLines }: WorkerDependencies, stored: StoredDataset): InitialisationLog {
  const engine = (stored.config as { readonly computeEngine?: { readonly logLevel?: LogLevel } }).computeEngine;
  const place = { datasetId: stored.datasetId, taskId: null, attempt: null, leastLevel: engine?.logLevel ?? "INFO" };
  const write = createDatasetLog(logLines, place);
  return (level, message) => write("ENGINE", [{ time: Date.now(), level, message }]);
}

function reasonOf(notices: readonly InitialisationNotice[]): StatusReason | null {
  if (notices.length === 0) return null;
  const message = notices.map((notice) => notice.message).join(" ");
  return { code: null, message, errors: notices.flatMap(({ findings }) => findings) };
}

function findingText({ path, message, fix }: ProblemDetail): string {
  return `${path ? `${path}: ` : ""}${message}${fix ? ` (${fix})` : ""}`;
}

function factsOf(stored: StoredDataset, initialised: Initialised, stage: Stage) {
  const { errorBucket, endpoint, modelBucket, sparkIntermediateBucket } = generatedNames(stage, stored.datasetId);
  const componentOf = (name: string) =>
    name === errorBucket
      ? "errorConnector"
      : [endpoint, modelBucket, sparkIntermediateBucket].includes(name)
        ? "computeEngine"
        : "writeConnector";
  return {
    customerAccessRoleArn: initialised.customerAccessRoleArn,
    externalId: initialised.customerAccessRoleArn ? (stored.externalId ?? String(stored.createdAt)) : null,
    resources: initialised.resources.map((resource) => ({
      ...resource,
      component: componentOf(resource.name),
      resourceLocation: "LetsData" as const,
    })),
  };
}
