import { type ChildProcess, spawn } from "node:child_process";
import { createWriteStream } from "node:fs";
import { WORKER_STOP_MS_MAX } from "../../apps/worker/src/stop-worker.ts";

const RESTART_WAIT_MS_MIN = 250;
const RESTART_WAIT_MS_MAX = 5_000;
/** A process that lived this long starts again with the shortest wait. */
const STEADY_AFTER_MS = 30_000;
/** Longer than any server takes: a worker that is killed while it hands its tasks back makes them wait for their leases. */
const STOP_GRACE_MS = WORKER_STOP_MS_MAX + 2_000;

export interface ProcessPlan {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly logFile: string;
}

export interface SupervisedProcess {
  readonly name: string;
  pid(): number | undefined;
  stop(): Promise<void>;
}

/**
 * Keeps one server of the product running: output goes to its log file, an unexpected end starts it again.
 * The IPC channel tells the child when this process is gone, so that nothing outlives a killed launcher.
 */
export function superviseProcess(
  plan: ProcessPlan,
  say: (line: string) => void,
  onSpawn: () => void,
): SupervisedProcess {
  const log = createWriteStream(plan.logFile, { flags: "a" });
  let child: ChildProcess | undefined;
  let stopping = false;
  let waitMs = RESTART_WAIT_MS_MIN;
  let restart: NodeJS.Timeout | undefined;
  let ended: Promise<void> = Promise.resolve();

  function start(): void {
    const startedAt = Date.now();
    const running = spawn(plan.command, plan.args, {
      cwd: plan.cwd,
      env: plan.env,
      // Out of the terminal's process group: Ctrl-C reaches the launcher only, which stops its servers in order.
      detached: true,
      stdio: ["ignore", "pipe", "pipe", "ipc"],
    });
    child = running;
    running.stdout?.pipe(log, { end: false });
    running.stderr?.pipe(log, { end: false });
    ended = new Promise((resolve) => {
      running.once("error", (error) => say(`${plan.name} could not be started: ${error.message}`));
      running.once("close", (code, signal) => {
        resolve();
        if (stopping) return;
        if (Date.now() - startedAt > STEADY_AFTER_MS) waitMs = RESTART_WAIT_MS_MIN;
        say(`${plan.name} ended (${signal ?? `exit ${code}`}), starting it again; see ${plan.logFile}`);
        restart = setTimeout(start, waitMs);
        waitMs = Math.min(waitMs * 2, RESTART_WAIT_MS_MAX);
      });
    });
    onSpawn();
  }

  async function stop(): Promise<void> {
    stopping = true;
    clearTimeout(restart);
    const running = child;
    if (running && running.exitCode === null && running.signalCode === null) {
      running.kill("SIGTERM");
      const force = setTimeout(() => running.kill("SIGKILL"), STOP_GRACE_MS);
      await ended;
      clearTimeout(force);
    }
    log.end();
  }

  start();
  return { name: plan.name, pid: () => child?.pid, stop };
}
