import { waitFor } from "../installation/dataset-run.ts";
import type { TestInstallation } from "../installation/start-installation.ts";
import type { WorkerProcess } from "../installation/worker-process.ts";
import type { Random } from "./random.ts";

export const faultKinds = ["kill-worker", "kill-task", "kill-postgres", "stop-worker"] as const;
export type FaultKind = (typeof faultKinds)[number];

/** The workers alive; a killed one is replaced when asked for. */
export interface Crew {
  readonly workers: WorkerProcess[];
  replenish(): Promise<void>;
}

export function createCrew(installation: TestInstallation, size: number, env: Readonly<Record<string, string>>): Crew {
  const workers: WorkerProcess[] = [];
  return {
    workers,
    async replenish() {
      while (workers.length < size) workers.push(installation.startWorker(env));
      for (const worker of workers) {
        await waitFor(
          async () => (worker.output().includes("worker ready") ? true : null),
          60,
          `worker ${worker.pid} to be ready`,
        );
      }
    },
  };
}

/** Does the fault and returns when it is over; whoever was killed is up again. */
export async function doFault(
  kind: FaultKind,
  { installation, crew, random }: { installation: TestInstallation; crew: Crew; random: Random },
): Promise<string> {
  switch (kind) {
    case "kill-worker": {
      const worker = busyWorker(crew, random);
      worker.kill("SIGKILL");
      await worker.ended();
      crew.workers.splice(crew.workers.indexOf(worker), 1);
      await crew.replenish();
      return `killed worker ${worker.pid}`;
    }
    case "kill-task": {
      const pids = busyWorker(crew, random).taskPids();
      if (pids.length === 0) return "no task process to kill";
      const pid = random.pick(pids);
      process.kill(pid, "SIGKILL");
      return `killed task process ${pid}`;
    }
    case "kill-postgres": {
      const postgres = installation.postgres();
      process.kill(postgres.pid, "SIGKILL");
      await postgres.exited;
      await installation.restartPostgres();
      return `killed PostgreSQL ${postgres.pid}`;
    }
    case "stop-worker": {
      const worker = busyWorker(crew, random);
      const pids = [worker.pid, ...(random.next() < 0.5 ? worker.taskPids() : [])];
      for (const pid of pids) process.kill(pid, "SIGSTOP");
      try {
        await waitUntilItsLeasesAreOver(installation, worker);
      } finally {
        for (const pid of pids) wake(pid);
      }
      return `stopped worker ${worker.pid}${pids.length > 1 ? " with its tasks" : ""} until it was a zombie`;
    }
  }
}

function busyWorker({ workers }: Crew, random: Random): WorkerProcess {
  const busy = workers.filter((worker) => worker.taskPids().length > 0);
  return random.pick(busy.length > 0 ? busy : workers);
}

async function waitUntilItsLeasesAreOver(installation: TestInstallation, worker: WorkerProcess): Promise<void> {
  await waitFor(
    async () => {
      const [row] = await installation.database.$queryRaw<{ held: number }[]>`
        SELECT count(*)::int AS held FROM task WHERE status = 'RUNNING' AND worker_id LIKE ${`%-${worker.pid}-%`}`;
      return row?.held === 0 ? true : null;
    },
    60,
    `the leases of stopped worker ${worker.pid} to be taken back`,
  );
}

function wake(pid: number): void {
  try {
    process.kill(pid, "SIGCONT");
  } catch {
    // Gone meanwhile.
  }
}
