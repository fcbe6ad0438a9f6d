import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { replaceFile } from "@letsdata/database/embedded-postgres/replace-file";
import { StartProblem } from "./settings.ts";

interface ProcessRecord {
  readonly name: string;
  readonly pid: number;
  /** Kernel start time: a pid that was given away since then is somebody else's. */
  readonly startTime: string | null;
}

/** Which processes belong to this state folder, kept so that the next start finds what a killed one left behind. */
export class ProcessLedger {
  readonly #file: string;

  constructor(stateDir: string) {
    this.#file = join(stateDir, "processes.json");
  }

  record(processes: readonly { readonly name: string; readonly pid: number }[]): void {
    const records = processes.map(({ name, pid }) => ({ name, pid, startTime: startTimeOf(pid) }));
    replaceFile(this.#file, `${JSON.stringify(records, null, 2)}\n`);
  }

  clear(): void {
    rmSync(this.#file, { force: true });
  }

  /** Ends what a killed launcher left over; refuses when a launcher still runs on this state folder. */
  async takeOver(say: (line: string) => void): Promise<void> {
    if (!existsSync(this.#file)) return;
    const alive = (JSON.parse(readFileSync(this.#file, "utf8")) as ProcessRecord[]).filter(isAlive);
    const launcher = alive.find((record) => record.name === "start");
    if (launcher) {
      throw new StartProblem(
        `another start (process ${launcher.pid}) already runs on this state folder`,
        "Use that one, stop it with Ctrl-C, or give this one its own LETSDATA_STATE_DIR, LETSDATA_CONSOLE_PORT and LETSDATA_CLOUD_PORT.",
      );
    }
    for (const record of alive) {
      say(`ending ${record.name} (process ${record.pid}), left over from a start that was killed`);
      await endProcess(record);
    }
  }
}

async function endProcess(record: ProcessRecord): Promise<void> {
  for (const signal of ["SIGTERM", "SIGKILL"] as const) {
    try {
      process.kill(record.pid, signal);
    } catch {
      return;
    }
    for (let waited = 0; waited < 5_000; waited += 50) {
      if (!isAlive(record)) return;
      await sleep(50);
    }
  }
}

function isAlive(record: ProcessRecord): boolean {
  try {
    process.kill(record.pid, 0);
  } catch {
    return false;
  }
  return record.startTime === null || startTimeOf(record.pid) === record.startTime;
}

/** Field 22 of /proc/<pid>/stat (proc(5)); null where there is no /proc. */
function startTimeOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? null;
  } catch {
    return null;
  }
}
