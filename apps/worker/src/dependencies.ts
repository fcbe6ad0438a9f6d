import { join } from "node:path";
import type { Installation } from "@letsdata/access/installation";
import { staticCredentials } from "@letsdata/aws/session-source";
import { createTaskProcessPool } from "@letsdata/compute/local/task-process-pool";
import { createDatabase } from "@letsdata/database/database";
import { appendLogLines } from "@letsdata/database/stores/log-store";
import { createArtifactCache } from "./artifact-cache.ts";
import { createDatasetContexts } from "./dataset-contexts.ts";
import type { WorkerSettings } from "./env.ts";
import { createLog } from "./log.ts";
import { LogLines } from "./log-lines.ts";
import { leaseAnswerSeconds } from "./loops/keep-leases.ts";
import { createScratchFolders } from "./spark/scratch-folders.ts";
import { prepareTaskProgram } from "./task-program.ts";

const repositoryDir = join(import.meta.dirname, "../../..");
/** Renewing leases and the heartbeat, one after the other; another while a connection that hangs is given up. */
const LEASE_CONNECTIONS = 2;
/** Loops, settling tasks, checkpoints and log lines share these. */
const CONNECTIONS_BESIDE_TASKS = 10;
/** Mostly they wait, for an endpoint half an hour. Half the places of each kind are out of the reach of any one tenant. */
export const INITIALISATIONS_AT_ONCE = 8;
export const INITIALISATIONS_OF_TENANT = 4;
export const TRIES_AT_ONCE = 2;
export const TRIES_OF_TENANT = 1;
/** Redrives, updates and deletions. */
export const REQUESTS_AT_ONCE = 8;
export const REQUESTS_OF_TENANT = 4;

/** Everything the worker's loops are handed; the only place that knows how each is made. */
export function createWorkerDependencies(settings: WorkerSettings) {
  const installation: Installation = {
    ...settings.installation,
    stage: settings.stage,
    credentials: staticCredentials(settings.installation.credentials),
  };
  const database = createDatabase(settings.databaseUrl, {
    applicationName: settings.workerId,
    connectionsMax: Math.min(40, settings.taskSlots + CONNECTIONS_BESIDE_TASKS),
  });
  // Of its own, since leases must not wait for whatever waits for connections, nor so long for an answer that no time is left to ask again.
  const leaseDatabase = createDatabase(settings.databaseUrl, {
    applicationName: settings.workerId,
    connectionsMax: LEASE_CONNECTIONS,
    statementSeconds: leaseAnswerSeconds(settings.leaseSeconds),
  });
  const log = createLog(settings.workerId);
  const entry = join(import.meta.dirname, "data-task.ts");
  const pool = createTaskProcessPool({
    entry,
    preparedProgram: prepareTaskProgram(entry, log),
    programFolders: ["apps/worker", "packages", "node_modules"].map((folder) => join(repositoryDir, folder)),
    // Initialisations, trials and requests load handlers beside the tasks: a worker full of long tasks would keep them waiting.
    maxProcesses: settings.taskSlots + INITIALISATIONS_AT_ONCE + TRIES_AT_ONCE + REQUESTS_AT_ONCE,
  });
  return {
    settings,
    installation,
    database,
    leaseDatabase,
    pool,
    log,
    logLines: new LogLines((lines) => appendLogLines(database, lines), log),
    contexts: createDatasetContexts(database, installation),
    scratch: createScratchFolders(join(settings.stateDir, "spark")),
    artifacts: createArtifactCache(installation, join(settings.stateDir, "artifacts")),
  };
}

export type WorkerDependencies = ReturnType<typeof createWorkerDependencies>;
