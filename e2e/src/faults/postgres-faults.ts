import { execFile } from "node:child_process";
import { statSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import type { TestInstallation } from "../installation/start-installation.ts";
import { childrenOf, type WorkerProcess } from "../installation/worker-process.ts";

const run = promisify(execFile);
const NO_SPACE_MS = 2_500;
const CUT_MS = 2_000;
const BETWEEN_CUTS_MS = 20;

/**
 * PostgreSQL may not write beyond the first bytes of any file, as on a full disk, until there is space again. The first that must write its
 * log ahead of data cannot, and the server ends itself; true if somebody did.
 */
export async function fillDiskOfPostgres(installation: TestInstallation): Promise<boolean> {
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
  return ended;
}

export interface CutConnections {
  readonly all: number;
  /** Of them those in the middle of a statement or transaction. */
  readonly atWork: number;
}

/** Ends the worker's connections to PostgreSQL, and those it makes instead, again and again for two seconds. */
export async function cutConnectionsOf(worker: WorkerProcess, installation: TestInstallation): Promise<CutConnections> {
  const cut = { all: 0, atWork: 0 };
  // Others of the machine may have this number in their name; a worker is named <host>-<pid>-<suffix>.
  const name = `-${worker.pid}-[^-]*$`;
  for (const end = performance.now() + CUT_MS; performance.now() < end; await sleep(BETWEEN_CUTS_MS)) {
    const [row] = await installation.database.$queryRaw<{ all: number; at_work: number }[]>`
      SELECT count(*)::int AS all, count(*) FILTER (WHERE state <> 'idle')::int AS at_work
      FROM (SELECT state, pg_terminate_backend(pid) AS is_cut FROM pg_stat_activity
        WHERE datname = current_database() AND application_name ~ ${name}) AS c WHERE is_cut`;
    cut.all += row?.all ?? 0;
    cut.atWork += row?.at_work ?? 0;
  }
  return cut;
}
