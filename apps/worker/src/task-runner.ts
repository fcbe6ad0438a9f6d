import type { Installation } from "@letsdata/access/installation";
import type { TaskProcessPool } from "@letsdata/compute/local/task-process-pool";
import type { CredentialsPurpose, TaskLogLine } from "@letsdata/compute/task-protocol";
import type { Database } from "@letsdata/database/database";
import { createCheckpointStores } from "@letsdata/database/stores/checkpoint-store";
import type { ClaimedTask } from "@letsdata/database/stores/claim-tasks";
import type { SettleTasks } from "@letsdata/database/stores/settle-task";
import { renewLeases } from "@letsdata/database/stores/task-leases";
import { logLevelOf, memoryMegabytesOf, timeoutSecondsOf } from "@letsdata/dataset/dataset-config";
import { sparkStepOf } from "@letsdata/dataset/task-type";
import { type AttemptOutcome, type CheckpointStore, noCounts } from "@letsdata/pipeline/ports";
import { machineTrouble } from "@letsdata/plugin-kit/machine-trouble";
import { asProblem, Problem } from "@letsdata/plugin-kit/problems";
import type { ArtifactCache } from "./artifact-cache.ts";
import { endedLines, startedLine } from "./attempt-lines.ts";
import type { DatasetContext, DatasetContexts } from "./dataset-contexts.ts";
import { createDatasetLog, type DatasetLog } from "./dataset-log.ts";
import type { Log } from "./log.ts";
import type { LogLines } from "./log-lines.ts";
import type { MachineRest } from "./machine-rest.ts";
import { removeEarlierOutput } from "./remove-earlier-output.ts";
import { retryWhileDatabaseIsAway } from "./retry-database.ts";
import type { RunningTask } from "./running-tasks.ts";
import type { ScratchFolders } from "./spark/scratch-folders.ts";
import { type OpenSparkAttempt, withSparkAttempt } from "./spark/spark-attempt.ts";
import { taskAssignment } from "./task-assignment.ts";

export interface TaskRunnerParts {
  readonly installation: Installation;
  readonly database: Database;
  readonly contexts: DatasetContexts;
  readonly artifacts: ArtifactCache;
  readonly pool: TaskProcessPool;
  readonly scratch: ScratchFolders;
  readonly leaseSeconds: number;
  readonly rest: MachineRest;
  readonly logLines: LogLines;
  readonly log: Log;
}

interface AttemptParts extends TaskRunnerParts {
  /** By dataset, of all its tasks that run here, so that their checkpoints are saved together. */
  readonly checkpointsOf: (datasetId: string) => CheckpointStore;
}

/** Runs one claimed task to the end of its attempt and settles it under its lease. Never throws. */
export function createTaskRunner(
  runnerParts: TaskRunnerParts,
): (claimed: ClaimedTask, running: RunningTask, settle: SettleTasks) => Promise<void> {
  const parts: AttemptParts = { ...runnerParts, checkpointsOf: createCheckpointStores(runnerParts.database) };
  const { log } = parts;

  return async (claimed, running, settle) => {
    try {
      const say = await attemptLog(parts, claimed);
      const outcome = await attempt(parts, claimed, running, say);
      const delaySeconds = delayAfter(outcome, parts.rest);
      const settled = await retryWhileDatabaseIsAway(running.lost.signal, () =>
        settle({ datasetId: claimed.datasetId, taskId: claimed.taskId, lease: claimed.lease, outcome, delaySeconds }),
      );
      // Its slot is free meanwhile.
      if (settled) void say("ENGINE", now(endedLines(claimed, outcome, settled)));
      else log.info(lostWords(claimed));
    } catch (error) {
      const problem = asProblem(error);
      if (problem.code === "LEASE_LOST") log.info(lostWords(claimed));
      else log.error(`task ${claimed.taskId} could not be settled; its lease will expire`, problem);
    }
  };
}

/** Before the task is claimed again. Its next attempt may meet the same machine, which rests meanwhile. */
function delayAfter(outcome: AttemptOutcome, rest: MachineRest): number {
  if (outcome.kind === "failed" && outcome.error.code === "MACHINE_FAILED") return rest.failed();
  rest.worked();
  return 0;
}

function lostWords({ taskId }: ClaimedTask): string {
  return `task ${taskId}: another worker holds it now`;
}

/** A dataset that cannot be loaded fails the attempt itself; what there is to say of it is said at every level. */
async function attemptLog(parts: TaskRunnerParts, claimed: ClaimedTask): Promise<DatasetLog> {
  const { datasetId, taskId, attempt } = claimed;
  const context = await parts.contexts.get(datasetId).catch(() => null);
  const leastLevel = context ? logLevelOf(context.config.computeEngine) : "DEBUG";
  return createDatasetLog(parts.logLines, { datasetId, taskId, attempt, leastLevel });
}

function now<Line extends object>(lines: readonly Line[]): readonly (Line & { readonly time: number })[] {
  const time = Date.now();
  return lines.map((line) => ({ ...line, time }));
}

async function attempt(
  parts: AttemptParts,
  claimed: ClaimedTask,
  running: RunningTask,
  say: DatasetLog,
): Promise<AttemptOutcome> {
  try {
    void say("ENGINE", now([startedLine(claimed)]));
    // No failure of the task: three attempts that begin while the database is away would end it.
    const whenDatabaseIsThere = <T>(work: () => Promise<T>) => retryWhileDatabaseIsAway(running.lost.signal, work);
    const context = await whenDatabaseIsThere(() => parts.contexts.get(claimed.datasetId));
    const confirmLease = confirmLeaseOf(parts, claimed);
    const removal = { ...parts, context, claimed, running, confirmLease };
    if (!(await whenDatabaseIsThere(() => removeEarlierOutput(removal))))
      return { kind: "stopped", counts: claimed.checkpoint.counts };
    const artifact = await parts.artifacts.open({ ...context, expectedDigest: context.codeDigest });
    const run = (spark?: OpenSparkAttempt) =>
      runInProcess(parts, context, claimed, running, { artifactDir: artifact.artifactDir, confirmLease, say }, spark);
    const step = sparkStepOf(claimed.readerDefinition);
    return await (step ? withSparkAttempt(parts, context, claimed, step, running.lost.signal, run) : run());
  } catch (error) {
    const { code, message } = machineTrouble(error) ?? asProblem(error);
    parts.log.warn(`task ${claimed.taskId}: the attempt could not start`, error);
    return { kind: "failed", counts: claimed.checkpoint.counts ?? noCounts, error: { code, message } };
  }
}

interface AttemptSurroundings {
  readonly artifactDir: string;
  /** Throws Problem LEASE_LOST. */
  readonly confirmLease: () => Promise<void>;
  readonly say: DatasetLog;
}

function confirmLeaseOf({ database, leaseSeconds }: AttemptParts, { taskId, lease }: ClaimedTask): () => Promise<void> {
  return async () => {
    const held = [{ taskId, token: lease.token }];
    const { lost } = await renewLeases(database, lease.workerId, held, leaseSeconds, { waits: true });
    if (lost.length > 0) throw new Problem("LEASE_LOST", `Task ${taskId} belongs to another worker by now.`);
  };
}

function runInProcess(
  parts: AttemptParts,
  context: DatasetContext,
  claimed: ClaimedTask,
  running: RunningTask,
  { artifactDir, confirmLease, say }: AttemptSurroundings,
  spark?: OpenSparkAttempt,
): Promise<AttemptOutcome> {
  const { pool } = parts;
  const checkpoints = parts.checkpointsOf(claimed.datasetId);
  return pool.run({
    assignment: taskAssignment(parts.installation, context, claimed, artifactDir, spark?.assignment),
    memoryMegabytes: memoryMegabytesOf(context.config.computeEngine),
    timeoutSeconds: timeoutSecondsOf(context.config.computeEngine),
    key: `${claimed.datasetId}/${claimed.codeVersion}`,
    artifactDir,
    signalStop: running.drain.signal,
    signalLost: running.lost.signal,
    onCheckpoint: (update) => checkpoints.save(claimed.taskId, claimed.lease, update),
    onCredentials: (purpose: CredentialsPurpose) => {
      if (purpose !== "sparkSecret") return context[purpose]();
      if (spark) return spark.secret.openSession();
      throw new Problem("INTERNAL", "This task runs no Spark.");
    },
    onConfirmLease: confirmLease,
    onLog: (lines: readonly TaskLogLine[]) => void say("HANDLER", lines),
  });
}
