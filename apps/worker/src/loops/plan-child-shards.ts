import { planSource } from "@letsdata/access/plan-source";
import {
  claimPlanning,
  type DuePlanning,
  planAgainIn,
  plannedPositions,
  planningEnded,
} from "@letsdata/database/stores/source-planning";
import type { PlannedTask } from "@letsdata/dataset/initialise";
import { taskIdOf } from "@letsdata/dataset/task-id";
import { asProblem } from "@letsdata/plugin-kit/problems";
import { loadDatasetContext } from "../dataset-contexts.ts";
import { createDatasetLog, type SaidLine } from "../dataset-log.ts";
import type { WorkerDependencies } from "../dependencies.ts";
import { insertPlans } from "../insert-plans.ts";

/** A planning that fails, or whose worker is lost, is repeated after this long. */
const PLANNING_SECONDS = 60;
/** A source whose list may lag behind what it has is asked again after this long. */
const ASK_AGAIN_SECONDS = 5;

/**
 * Asks continuous sources for tasks that appeared since some completed (the children of shards that were split or merged).
 * True if any source was asked to the end.
 */
export async function planChildShards(dependencies: WorkerDependencies, signal: AbortSignal): Promise<boolean> {
  let isAnyAsked = false;
  for (;;) {
    const due = signal.aborted ? null : await claimPlanning(dependencies.database, PLANNING_SECONDS);
    if (!due) return isAnyAsked;
    try {
      if (await planMore(dependencies, due, signal)) isAnyAsked = true;
    } catch (error) {
      if (signal.aborted) continue;
      // From now: the planning may have taken longer than its lease.
      await planAgainIn(dependencies.database, due, PLANNING_SECONDS);
      // LEASE_LOST: stopped, settled or deleted meanwhile. Nobody waits for its tasks.
      if (asProblem(error).code !== "LEASE_LOST") await tellFailure(dependencies, due.datasetId, error);
    }
  }
}

/** True where tasks were found, or the source has no more until another one completes. */
async function planMore(dependencies: WorkerDependencies, due: DuePlanning, signal: AbortSignal): Promise<boolean> {
  const { database, installation, log } = dependencies;
  const { datasetId } = due;
  const context = await loadDatasetContext(database, installation, datasetId);
  const planned = await plannedPositions(database, datasetId);
  const tasks: PlannedTask[] = [];
  const warnings: SaidLine[] = [];
  const warn = (message: string) => warnings.push({ time: Date.now(), level: "WARN", message });
  let mayHaveMore = false;
  const askAgain = () => {
    mayHaveMore = true;
  };
  const plans = planSource(installation, context.config, context.owner, planned, signal, { warn, askAgain });
  for await (const plan of plans) {
    tasks.push({ ...plan, taskId: taskIdOf(datasetId, plan.position) });
  }
  if (tasks.length > 0) {
    const inserted = await insertPlans(database, context, tasks, { firstOrdinal: due.totalTasks, plan: null });
    log.info(`dataset ${datasetId} has ${inserted} more tasks`);
  }
  await tell(dependencies, datasetId, warnings);
  await (mayHaveMore ? planAgainIn(database, due, ASK_AGAIN_SECONDS) : planningEnded(database, due));
  return tasks.length > 0 || !mayHaveMore;
}

/** The dataset goes on with the tasks it has; people see in its log why no more appear. */
async function tellFailure(dependencies: WorkerDependencies, datasetId: string, error: unknown): Promise<void> {
  const { code, message } = asProblem(error);
  dependencies.log.warn(
    `planning more tasks of dataset ${datasetId} failed, trying again in ${PLANNING_SECONDS} s`,
    error,
  );
  const line = {
    time: Date.now(),
    level: "WARN" as const,
    message: `More shards could not be planned. ${code}: ${message}`,
  };
  await tell(dependencies, datasetId, [line]);
}

async function tell({ logLines }: WorkerDependencies, datasetId: string, lines: readonly SaidLine[]): Promise<void> {
  const write = createDatasetLog(logLines, { datasetId, taskId: null, attempt: null, leastLevel: "DEBUG" });
  await write("ENGINE", lines);
}
