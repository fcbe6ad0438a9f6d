import { componentAccess, customerCredentials, dataTaskCredentials } from "@letsdata/access/component-access";
import type { TaskLogLine } from "@letsdata/compute/task-protocol";
import type { Trial } from "@letsdata/compute/trial";
import { objectSizes } from "@letsdata/connectors/s3/object-sizes";
import type { StoredRequest } from "@letsdata/database/stores/request-store";
import { type DatasetConfig, memoryMegabytesOf } from "@letsdata/dataset/dataset-config";
import { withGeneratedNames } from "@letsdata/dataset/resolve-names";
import { needsAccessGrant } from "@letsdata/dataset/resource-owners";
import { noCounts } from "@letsdata/pipeline/ports";
import type { TaskPlan } from "@letsdata/plugin-kit/connector";
import { asProblem, Problem } from "@letsdata/plugin-kit/problems";
import { type DatasetContext, refuseCustomer } from "../dataset-contexts.ts";
import type { WorkerDependencies } from "../dependencies.ts";
import { taskAssignment } from "../task-assignment.ts";
import { estimateWork } from "./estimate-work.ts";
import { type PlannedWork, planWork } from "./first-item.ts";

/** A source that gives nothing for this long has nothing to try. */
const waitSeconds = 12;
const logLinesMax = 500;
const sizesAskedMax = 50;

type Result = Readonly<Record<string, unknown>>;

/**
 * Runs the asked trial and answers what the API's `tryResultDto` says. Throws the Problem of what is missing before the handler
 * can run: access, artifact or manifest.
 */
export async function tryStored(
  dependencies: WorkerDependencies,
  stored: StoredRequest,
  signal: AbortSignal,
): Promise<Result> {
  const { installation, artifacts } = dependencies;
  const began = performance.now();
  const context = await trialContext(dependencies, stored);
  try {
    const [work, artifact] = await Promise.all([
      planWork(installation, context, signal),
      artifacts.open({ ...context, expectedDigest: null }),
    ]);
    const records = stored.input.records as number;
    const [{ trial, logs }, sizes] = await Promise.all([
      runTrial(dependencies, context, work.first, artifact.artifactDir, records, signal),
      sizesOf(dependencies, context, work, signal),
    ]);
    const { read, failure, ...shown } = trial;
    return {
      ...shown,
      item: work.item,
      failure: failure && { path: failure.path ?? "", code: failure.code, message: failure.message },
      logs,
      estimate: estimateWork(context.config, work.tasks, sizes, trial),
      milliseconds: performance.now() - began,
    };
  } finally {
    await artifacts.remove(context.datasetId);
  }
}

/** The dataset it would be, under the trial's own id. */
async function trialContext(
  { database, installation }: WorkerDependencies,
  { requestId, tenantId, userId, input }: StoredRequest,
): Promise<DatasetContext> {
  const user = await database.user.findUnique({ where: { id: userId }, select: { id: true, iamUserArn: true } });
  if (!user?.iamUserArn) throw new Problem("NOT_FOUND", "The user of this trial has no IAM principal.");
  const datasetId = requestId.replaceAll("-", "");
  const config = withGeneratedNames(input.config as DatasetConfig, installation.stage, datasetId);
  const owner = { userId: user.id, iamUserArn: user.iamUserArn };
  return {
    datasetId,
    tenantId,
    datasetName: config.datasetName,
    codeVersion: 1,
    codeDigest: null,
    config,
    owner,
    customer: needsAccessGrant(config) ? customerCredentials(installation, config, owner) : refuseCustomer,
    letsdata: dataTaskCredentials(installation, config),
  };
}

async function runTrial(
  { installation, pool }: WorkerDependencies,
  context: DatasetContext,
  plan: TaskPlan,
  artifactDir: string,
  records: number,
  signal: AbortSignal,
): Promise<{ readonly trial: Trial; readonly logs: readonly TaskLogLine[] }> {
  const { tenantId, datasetId, datasetName, codeVersion } = context;
  const task = { tenantId, datasetId, datasetName, codeVersion, taskId: "trial", attempt: 1 };
  const place = { readerDefinition: plan.readerDefinition, lease: { workerId: "trial", token: 0 } };
  const checkpoint = { position: null, counts: noCounts };
  const logs: TaskLogLine[] = [];
  const trying = pool.tryOut({
    assignment: taskAssignment(installation, context, { ...task, ...place, checkpoint }, artifactDir),
    records,
    waitSeconds,
    artifactDir,
    memoryMegabytes: memoryMegabytesOf(context.config.computeEngine),
    onCredentials: (purpose) => context[purpose](),
    onLog: (lines) => logs.push(...lines.slice(0, logLinesMax - logs.length)),
    signal,
  });
  try {
    return { trial: await trying, logs };
  } catch (thrown) {
    const { code, message } = asProblem(thrown);
    const nothing = {
      records: [],
      sourceEnded: false,
      notices: [],
      limits: null,
      read: { records: 0, storedBytes: 0 },
    };
    return { trial: { ...nothing, failure: { code, message, errors: [] } }, logs };
  }
}

/** Of an even choice of the tasks at the beginning; a line's objects together. */
async function sizesOf(
  { installation }: WorkerDependencies,
  { config, owner }: DatasetContext,
  { beginning }: PlannedWork,
  signal: AbortSignal,
): Promise<readonly (number | null)[]> {
  const read = config.readConnector;
  if (read.connectorDestination !== "S3") return [];
  const step = Math.ceil(beginning.length / sizesAskedMax);
  const chosen = beginning
    .filter((_, index) => index % step === 0)
    .map(({ readerDefinition }) => Object.values(readerDefinition.fileNames as Readonly<Record<string, string>>));
  const access = componentAccess(installation, config, owner, "readConnector");
  const sizes = [...(await objectSizes(read.bucketName, chosen.flat(), access, signal))];
  return chosen.map((files) =>
    sizes.splice(0, files.length).reduce((total, size) => (total === null || size === null ? null : total + size), 0),
  );
}
