import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const repositoryDir = join(import.meta.dirname, "../../..");
const workerProgram = join(repositoryDir, "apps/worker/src/main.ts");

export interface LanguageHostProcess {
  readonly pid: number;
  /** Program and arguments, the artifact's folder among them. */
  readonly command: string;
}

const hostPrograms = ["letsdata_host.py", "letsdata-java-host.jar"];

/** A worker as its own process, with every signal at hand. */
export interface WorkerProcess {
  readonly child: ChildProcess;
  readonly pid: number;
  /** Processes of tasks this worker runs now. */
  taskPids(): number[];
  /** Processes beside those of tasks that run handlers of other languages now. */
  hosts(): readonly LanguageHostProcess[];
  kill(signal: NodeJS.Signals): void;
  ended(): Promise<unknown>;
  output(): string;
}

export function startWorkerProcess(env: Readonly<Record<string, string>>): WorkerProcess {
  const child = spawn(process.execPath, [workerProgram], {
    env: {
      PATH: process.env.PATH ?? "",
      NODE_COMPILE_CACHE: join(repositoryDir, "node_modules/.cache/compile-cache"),
      ...env,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  const collect = (chunk: Buffer) => {
    output = (output + chunk.toString("utf8")).slice(-200_000);
  };
  child.stdout.on("data", collect);
  child.stderr.on("data", collect);
  const ended = once(child, "close");
  const pid = child.pid ?? 0;
  const taskPids = () => childrenOf(pid).filter((candidate) => commandOf(candidate).includes("data-task.ts"));
  return {
    child,
    pid,
    taskPids,
    hosts: () =>
      taskPids()
        .flatMap(childrenOf)
        .map((host) => ({ pid: host, command: commandOf(host) }))
        .filter(({ command }) => hostPrograms.some((program) => command.includes(program))),
    kill: (signal) => void child.kill(signal),
    ended: () => ended,
    output: () => output,
  };
}

/** Linux only: /proc/<pid>/stat names the parent in its fourth field (proc(5)). */
export function childrenOf(parent: number): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
        return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]) === parent;
      } catch {
        return false;
      }
    });
}

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8");
  } catch {
    return "";
  }
}
