import { hostname } from "node:os";
import { ensureDataTaskRole } from "@letsdata/access/installation-roles";
import { listenForChanges } from "@letsdata/database/changes";
import { startJobs } from "@letsdata/database/jobs";
import { meterDatasets } from "@letsdata/database/stores/meter-datasets";
import { renewLeases } from "@letsdata/database/stores/task-leases";
import { heartbeatWorker, removeWorker } from "@letsdata/database/stores/worker-store";
import type { WorkerDependencies } from "./dependencies.ts";
import { workOnRequests } from "./loops/carry-out-requests.ts";
import { giveUpLostJobs } from "./loops/give-up-lost-jobs.ts";
import { workOnInitialisations } from "./loops/initialise-datasets.ts";
import { keepHouse } from "./loops/keep-house.ts";
import { createLeaseKeeper } from "./loops/keep-leases.ts";
import { planChildShards } from "./loops/plan-child-shards.ts";
import { releaseExpired } from "./loops/release-expired-leases.ts";
import { createTaskScheduler } from "./loops/schedule-tasks.ts";
import { settleDatasets } from "./loops/settle-datasets.ts";
import { workOnTries } from "./loops/try-datasets.ts";
import { MachineRest } from "./machine-rest.ts";
import { createQueueErrorLog } from "./queue-errors.ts";
import { removeOldArtifacts } from "./remove-old-artifacts.ts";
import { runRepeatedly } from "./run-repeatedly.ts";
import { RunningTasks } from "./running-tasks.ts";
import { stopWorker } from "./stop-worker.ts";
import { createTaskRunner } from "./task-runner.ts";

const HOUSEKEEPING_MS = 60 * 60_000;
const LOST_JOBS_MS = 60_000;
/** How long people may wait for what is used outside of a run; the end of a run is metered at once. */
const METERING_MS = 60_000;

export interface RunningWorker {
  /** Drains to checkpoints, hands tasks back, closes everything. */
  stop(): Promise<void>;
}

/** The loops of a worker; any number of workers on any number of machines share one database. */
export async function startWorker(dependencies: WorkerDependencies): Promise<RunningWorker> {
  const { settings, installation, database, leaseDatabase, pool, artifacts, log, logLines } = dependencies;
  const { workerId, leaseSeconds } = settings;
  const pollMs = settings.pollSeconds * 1_000;
  await ensureDataTaskRole(installation);

  const stopping = new AbortController();
  const running = new RunningTasks(settings.taskSlots);
  const rest = new MachineRest(() => performance.now());
  const run = createTaskRunner({ ...dependencies, leaseSeconds, rest });
  const scheduler = createTaskScheduler({
    database,
    workerId,
    leaseSeconds,
    running,
    run,
    isResting: () => rest.isResting,
    onEnded: () => {
      // Its slot may have got no successor.
      schedule.wakeAtOnce();
      settle.wake();
      plan.wake();
    },
  });
  const schedule = runRepeatedly("scheduling tasks", pollMs, log, scheduler.fillSlots);
  const meter = runRepeatedly("metering datasets", METERING_MS, log, () => meterDatasets(database, stopping.signal));
  const settle = runRepeatedly("settling datasets", pollMs, log, () => settleDatasets(database, log));
  const plan = runRepeatedly("planning child shards", pollMs, log, async () => {
    if (await planChildShards(dependencies, stopping.signal)) {
      schedule.wake();
      settle.wake();
    }
  });
  const expire = runRepeatedly("releasing expired leases", pollMs, log, () => releaseExpired(database, log));
  const leaseKeeper = createLeaseKeeper({
    renew: (held) => renewLeases(leaseDatabase, workerId, held, leaseSeconds),
    leaseSeconds,
    running,
    monotonic: () => performance.now(),
    log,
  });
  const leases = runRepeatedly("renewing leases", leaseKeeper.dueInMs, log, async () => {
    await leaseKeeper.renew();
    await heartbeatWorker(leaseDatabase, { workerId, host: hostname(), pid: process.pid });
  });
  const tidy = runRepeatedly("housekeeping", HOUSEKEEPING_MS, log, () =>
    keepHouse({ database, signal: stopping.signal }),
  );
  const clear = runRepeatedly("removing old artifacts", HOUSEKEEPING_MS, log, () =>
    removeOldArtifacts({ database, artifacts, signal: stopping.signal }),
  );
  const changes = await listenForChanges(settings.databaseUrl, () => schedule.wake());
  const jobs = await startJobs(settings.databaseUrl, { onError: createQueueErrorLog(log) });
  await workOnInitialisations(jobs, dependencies, () => schedule.wake());
  await workOnRequests(jobs, dependencies, () => schedule.wake());
  await workOnTries(jobs, dependencies);
  const giveUp = runRepeatedly("giving up lost jobs", LOST_JOBS_MS, log, () => giveUpLostJobs(jobs, dependencies));

  return {
    stop: async () => {
      stopping.abort();
      await stopWorker({
        scheduler,
        running,
        jobs,
        pool,
        schedule,
        others: [settle, plan, expire, leases, tidy, clear, meter, giveUp],
        logLines,
        close: async () => {
          await changes.close();
          await removeWorker(database, workerId);
          await Promise.all([database.$disconnect(), leaseDatabase.$disconnect()]);
        },
      });
    },
  };
}
