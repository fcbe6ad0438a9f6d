import { waitFor } from "../installation/dataset-run.ts";
import type { TestInstallation } from "../installation/start-installation.ts";
import type { WorkerProcess } from "../installation/worker-process.ts";
import type { Crew } from "./crew.ts";
import { cutConnectionsOf, fillDiskOfPostgres } from "./postgres-faults.ts";
import type { Random } from "./random.ts";
import { type AttemptRow, isHeldBy, wasUnderWay } from "./task-rows.ts";

/**
 * A worker's own full disk is not among them: a disk that is full for one process alone takes a file system of its own, whose mounting many
 * machines refuse, and a limit on the size of files fails with another error (EFBIG) than a full disk (ENOSPC), which the product tells
 * apart. Of these datasets a worker writes there only what it unpacks, before their first attempt.
 */
export const faultKinds = [
  "kill-worker",
  "kill-task",
  "kill-host",
  "stop-worker",
  "kill-postgres",
  "cut-postgres",
  "full-disk",
] as const;
export type FaultKind = (typeof faultKinds)[number];

/** A fault that was done. */
export interface DoneFault {
  readonly kind: FaultKind;
  readonly said: string;
  /** Whether the attempts of a dataset under it show that it met that dataset's work. */
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
    case "kill-task":
      return killUntilMet(kind, scene, taskAtWork, /^The task's process ended/);
    case "kill-host":
      return killUntilMet(kind, scene, hostAtWork, /^The handler's \w+ process ended/);
    case "stop-worker": {
      const worker = await holderOfATask(scene);
      const pids = [worker.pid, ...(random.next() < 0.5 ? worker.taskPids() : [])];
      for (const pid of pids) process.kill(pid, "SIGSTOP");
      try {
        await waitUntilItsLeasesAreOver(installation, worker);
      } finally {
        for (const pid of pids) send(pid, "SIGCONT");
      }
      const said = `stopped worker ${worker.pid}${pids.length > 1 ? " with its tasks" : ""} until it was a zombie`;
      return { kind, said, hit: (attempts) => lostItsLease(attempts, worker) };
    }
    case "kill-postgres": {
      const postgres = installation.postgres();
      const at = new Date();
      process.kill(postgres.pid, "SIGKILL");
      await postgres.exited;
      await installation.restartPostgres();
      return { kind, said: `killed PostgreSQL ${postgres.pid}`, hit: (attempts) => wasUnderWay(attempts, at) };
    }
    case "cut-postgres": {
      const worker = await holderOfATask(scene);
      const at = new Date();
      const cut = await cutConnectionsOf(worker, installation);
      const said = `cut ${cut.all} connections of worker ${worker.pid} to PostgreSQL, ${cut.atWork} of them at work`;
      const held = (attempts: readonly AttemptRow[]) => attempts.filter((attempt) => isHeldBy(attempt, worker));
      return { kind, said, hit: (attempts) => cut.all > 0 && wasUnderWay(held(attempts), at) };
    }
    case "full-disk": {
      const { pid } = installation.postgres();
      const at = new Date();
      const ended = await fillDiskOfPostgres(installation);
      const said = `PostgreSQL ${pid} had no space${ended ? " and ended itself" : ", which nobody met"}`;
      return { kind, said, hit: (attempts) => ended && wasUnderWay(attempts, at) };
    }
  }
}

function lostItsLease(attempts: readonly AttemptRow[], worker: WorkerProcess): boolean {
  return attempts.some((attempt) => attempt.outcome === "LEASE_EXPIRED" && isHeldBy(attempt, worker));
}

const TRIES = 5;
const AT_WORK_SECONDS = 10;
const TOLD_SECONDS = 4;

/**
 * Kills a process that `find` takes for one at work, until an attempt has ended of it: one that is found may have handled all there was and
 * only its writes go on, or be kept for a task to come.
 */
async function killUntilMet(
  kind: FaultKind,
  scene: Scene,
  find: (scene: Scene) => Promise<number | null>,
  how: RegExp,
): Promise<DoneFault> {
  const { database } = scene.installation;
  const from = new Date();
  const killed: number[] = [];
  const hasEndedAnAttempt = async () => {
    const [row] = await database.$queryRaw<{ ended: boolean }[]>`
      SELECT EXISTS (SELECT 1 FROM task_attempt WHERE ended_at >= ${from} AND error->>'code' = 'TASK_CRASHED'
        AND error->>'message' ~ ${how.source}) AS ended`;
    return row?.ended || null;
  };
  for (let tries = 0; tries < TRIES; tries++) {
    const pid = await waitFor(() => find(scene), AT_WORK_SECONDS, `a process for ${kind}`).catch(() => null);
    if (pid === null) break;
    send(pid, "SIGKILL");
    killed.push(pid);
    if (await waitFor(hasEndedAnAttempt, TOLD_SECONDS, `the end of an attempt by ${kind}`).catch(() => null)) break;
  }
  const hit = (attempts: readonly AttemptRow[]) =>
    attempts.some(
      ({ error_code, error_message, ended_at }) =>
        error_code === "TASK_CRASHED" && how.test(error_message ?? "") && ended_at !== null && ended_at >= from,
    );
  return { kind, said: `${kind} ${killed.join(", ") || "found nobody"}`, hit };
}

interface HeldTask {
  readonly worker_id: string;
  readonly dataset_id: string;
}

function heldTasks({ database }: TestInstallation): Promise<HeldTask[]> {
  return database.$queryRaw<HeldTask[]>`SELECT DISTINCT worker_id, dataset_id FROM task WHERE status = 'RUNNING'`;
}

/** One of the workers that hold a running task now, else any. */
async function holderOfATask({ installation, crew, random }: Scene): Promise<WorkerProcess> {
  const held = await heldTasks(installation);
  const holders = crew.workers.filter((worker) => held.some((row) => isHeldBy(row, worker)));
  return random.pick(holders.length > 0 ? holders : crew.workers);
}

async function taskAtWork(scene: Scene): Promise<number | null> {
  // Processes are kept for the next task of their dataset: the newest are those of datasets that run.
  const pid = Math.max(0, ...(await holderOfATask(scene)).taskPids());
  return pid > 0 ? pid : null;
}

/** A process that runs Python or Java for a dataset of which its worker holds a task. */
async function hostAtWork({ installation, crew }: Scene): Promise<number | null> {
  const held = await heldTasks(installation);
  const hosts = crew.workers.flatMap((worker) => {
    const datasets = held.filter((row) => isHeldBy(row, worker)).map(({ dataset_id }) => dataset_id);
    // Its command names the artifact's folder, and that the dataset.
    return worker.hosts().filter(({ command }) => datasets.some((dataset) => command.includes(dataset)));
  });
  // The newest has most of its work before it.
  return hosts.length > 0 ? Math.max(...hosts.map(({ pid }) => pid)) : null;
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

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // Gone meanwhile.
  }
}
