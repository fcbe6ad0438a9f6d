import { execFile } from "node:child_process";
import { statSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { waitFor } from "../installation/dataset-run.ts";
import type { TestInstallation } from "../installation/start-installation.ts";
import { childrenOf, type WorkerProcess } from "../installation/worker-process.ts";
import type { Random } from "./random.ts";
import { type AttemptRow, isHeldBy } from "./task-rows.ts";

const run = promisify(execFile);

export const faultKinds = ["kill-worker", "kill-task", "kill-postgres", "stop-worker", "full-disk"] as const;
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

/** A fault that was done, and whether the attempts of the datasets under it show that it met work. */
export interface DoneFault {
  readonly kind: FaultKind;
  readonly said: string;
  readonly hit: (attempts: readonly AttemptRow[]) => boolean;
}

interface Scene {
  readonly installation: TestInstallation;
  readonly crew: Crew;
  readonly random: Random;
}

/** Returns when the fault is over; whoever was killed is up again. */
export async function doFault(kind: FaultKind, scene: Scene): Promise<DoneFault> {
  const { installation, crew, random } = scene;
  switch (kind) {
    case "kill-worker": {
      const worker = await holderOfATask(scene);
      worker.kill("SIGKILL");
      await worker.ended();
      crew.workers.splice(crew.workers.indexOf(worker), 1);
      await crew.replenish();
      return { kind, said: `killed worker ${worker.pid}`, hit: (attempts) => lostItsLease(attempts, worker) };
    }
    case "kill-task": {
      // Processes are kept for the next task of their dataset: the newest are those of datasets that run.
      const pid = Math.max(0, ...(await holderOfATask(scene)).taskPids());
      if (pid > 0) process.kill(pid, "SIGKILL");
      const hit = (attempts: readonly AttemptRow[]) => attempts.some(({ error_code }) => error_code === "TASK_CRASHED");
      return { kind, said: `killed task process ${pid}`, hit };
    }
    case "kill-postgres": {
      const postgres = installation.postgres();
      process.kill(postgres.pid, "SIGKILL");
      await postgres.exited;
      await installation.restartPostgres();
      return { kind, said: `killed PostgreSQL ${postgres.pid}`, hit: () => true };
    }
    case "full-disk": {
      const said = await fillDiskOfPostgres(installation);
      return { kind, said, hit: () => true };
    }
    case "stop-worker": {
      const worker = await holderOfATask(scene);
      const pids = [worker.pid, ...(random.next() < 0.5 ? worker.taskPids() : [])];
      for (const pid of pids) process.kill(pid, "SIGSTOP");
      try {
        await waitUntilItsLeasesAreOver(installation, worker);
      } finally {
        for (const pid of pids) wake(pid);
      }
      const said = `stopped worker ${worker.pid}${pids.length > 1 ? " with its tasks" : ""} until it was a zombie`;
      return { kind, said, hit: (attempts) => lostItsLease(attempts, worker) };
    }
  }
}

const NO_SPACE_MS = 2_500;

/**
 * PostgreSQL may not write beyond the first bytes of any file, as on a full disk, until there is space again. Its log cannot be written:
 * it ends itself, or refuses what needs space.
 */
async function fillDiskOfPostgres(installation: TestInstallation): Promise<string> {
  const postgres = installation.postgres();
  const limit = (bytes: string) =>
    Promise.allSettled(
      [postgres.pid, ...childrenOf(postgres.pid)].map(async (pid) => {
        // Its own user may limit it without further rights.
        const { uid, gid } = statSync(`/proc/${pid}`);
        return run("prlimit", [`--pid=${pid}`, `--fsize=${bytes}:unlimited`], { uid, gid });
      }),
    );
  const limited = await limit("8192");
  if (limited[0]?.status === "rejected") throw limited[0].reason;
  const ended = await Promise.race([postgres.exited.then(() => true), sleep(NO_SPACE_MS, false)]);
  if (ended) await installation.restartPostgres();
  else await limit("unlimited");
  return `PostgreSQL ${postgres.pid} had no space${ended ? " and ended itself" : ""}`;
}

function lostItsLease(attempts: readonly AttemptRow[], worker: WorkerProcess): boolean {
  return attempts.some((attempt) => attempt.outcome === "LEASE_EXPIRED" && isHeldBy(attempt, worker));
}

/** One of the workers that hold a running task now, else any. */
async function holderOfATask({ installation, crew, random }: Scene): Promise<WorkerProcess> {
  const held = await installation.database.$queryRaw<{ worker_id: string }[]>`
    SELECT DISTINCT worker_id FROM task WHERE status = 'RUNNING'`;
  const holders = crew.workers.filter((worker) => held.some((row) => isHeldBy(row, worker)));
  return random.pick(holders.length > 0 ? holders : crew.workers);
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
