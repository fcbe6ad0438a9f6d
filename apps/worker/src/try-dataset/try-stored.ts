import { customerCredentials, dataTaskCredentials } from "@letsdata/access/component-access";
import { fromProblemMessage, type ProblemMessage, type TaskLogLine } from "@letsdata/compute/task-protocol";
import type { Trial } from "@letsdata/compute/trial";
import type { StoredRequest } from "@letsdata/database/stores/request-store";
import { type DatasetConfig, memoryMegabytesOf } from "@letsdata/dataset/dataset-config";
import { withGeneratedNames } from "@letsdata/dataset/resolve-names";
import { needsAccessGrant, ownerOf } from "@letsdata/dataset/resource-owners";
import { noCounts } from "@letsdata/pipeline/ports";
import { asProblem, Problem } from "@letsdata/plugin-kit/problems";
import { type DatasetContext, refuseCustomer } from "../dataset-contexts.ts";
import type { WorkerDependencies } from "../dependencies.ts";
import { taskAssignment } from "../task-assignment.ts";
import { amountOfSource } from "./amount-of-source.ts";
import { estimateWork } from "./estimate-work.ts";
import { type PlannedWork, planWork } from "./plan-work.ts";
import { readingsOfWork } from "./readings-of-work.ts";
import { isAboutAccess, withAccessFindings } from "./with-access-findings.ts";

/** A reading that gives nothing for this long has nothing to try. */
const waitSeconds = 12;
const waitSecondsInAll = 25;
const logLinesMax = 500;

/** Where the model's endpoint will be LetsData's. */
const endpointNotice =
  "The model's endpoint is made with the dataset: these are the documents before they get vectors.";

type Result = Readonly<Record<string, unknown>>;

/**
 * Runs the asked trial and answers what the API's `tryResultDto` says. Throws the Problem of what is missing before the handler
 * can run: access, artifact or manifest; access with what "Check access" finds.
 */
export async function tryStored(
  dependencies: WorkerDependencies,
  stored: StoredRequest,
  signal: AbortSignal,
): Promise<Result> {
  const { installation, artifacts } = dependencies;
  const began = performance.now();
  const context = await trialContext(dependencies, stored);
  const opening = artifacts.open({ ...context, expectedDigest: null });
  try {
    const planAndMeasure = async () => {
      const work = await planWork(installation, context, signal);
      return { work, amount: await amountOfSource(installation, context, work, signal) };
    };
    const [{ work, amount }, artifact] = await Promise.all([planAndMeasure(), opening]);
    const records = stored.input.records as number;
    const { trial, logs } = await runTrial(dependencies, context, work, artifact.artifactDir, records, signal);
    const { read, failure, ...shown } = trial;
    if (failure && isAboutAccess(failure.code)) throw fromProblemMessage(failure);
    return {
      ...shown,
      failure: failure && failureOf(failure),
      logs,
      estimate: estimateWork(context.config, work.tasks, amount, trial),
      milliseconds: performance.now() - began,
    };
  } catch (thrown) {
    throw await withAccessFindings(thrown, installation, context, signal);
  } finally {
    // What is still being unpacked cannot be removed.
    await opening.catch(() => undefined);
    await artifacts.remove(context.datasetId);
  }
}

function failureOf(message: ProblemMessage) {
  const { code, message: said, path, entry } = fromProblemMessage(message);
  return { path: path ?? "", code, message: said, fix: entry.fix };
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
    letsdata: dataTaskCredentials(installation, config, datasetId),
  };
}

async function runTrial(
  { installation, pool }: WorkerDependencies,
  context: DatasetContext,
  work: PlannedWork,
  artifactDir: string,
  records: number,
  signal: AbortSignal,
): Promise<{ readonly trial: Trial; readonly logs: readonly TaskLogLine[] }> {
  const { tenantId, datasetId, datasetName, codeVersion } = context;
  const task = { tenantId, datasetId, datasetName, codeVersion, taskId: "trial", attempt: 1 };
  const place = { readerDefinition: work.first.readerDefinition, lease: { workerId: "trial", token: 0 } };
  const checkpoint = { position: null, counts: noCounts };
  const readings = readingsOfWork(context.config, work, Date.now());
  const assignment = taskAssignment(installation, context, { ...task, ...place, checkpoint }, artifactDir);
  const isOurEndpoint = ownerOf(context.config, "endpoint") === "LetsData";
  const logs: TaskLogLine[] = [];
  const trying = pool.tryOut({
    assignment: isOurEndpoint ? { ...assignment, vectors: null } : assignment,
    readings,
    records,
    waitSeconds,
    waitSecondsInAll,
    artifactDir,
    memoryMegabytes: memoryMegabytesOf(context.config.computeEngine),
    onCredentials: (purpose) => {
      if (purpose !== "sparkSecret") return context[purpose]();
      throw new Problem("INTERNAL", "A trial runs no Spark.");
    },
    onLog: (lines) => logs.push(...lines.slice(0, logLinesMax - logs.length)),
    signal,
  });
  try {
    const trial = await trying;
    const notices = isOurEndpoint ? [endpointNotice, ...trial.notices] : trial.notices;
    return { trial: { ...trial, notices }, logs };
  } catch (thrown) {
    const { code, message } = asProblem(thrown);
    const nothing = {
      item: readings[0]?.item ?? "",
      records: [],
      sourceEnded: false,
      notices: [],
      limits: null,
      read: { records: 0, storedBytes: 0, millisecondsPerRecord: null },
    };
    return { trial: { ...nothing, failure: { code, message, errors: [] } }, logs };
  }
}
