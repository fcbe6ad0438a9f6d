import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";

const repositoryDir = join(import.meta.dirname, "../..");
/** The console may have to be built first, which takes minutes on a machine that is busy. */
const READY_TIMEOUT_MS = 900_000;

export interface RunningStart {
  readonly address: string;
  readonly cloudEndpoint: string;
  readonly stateDir: string;
  readonly login: { readonly emailAddress: string; readonly password: string };
  readonly process: ChildProcess;
  output(): string;
  /** Ctrl-C, then the end of everything. */
  stop(): Promise<void>;
}

/** Runs the README's first command on its own ports and state folder, until it says it is ready. */
export async function runStart(options: {
  readonly stateDir: string;
  readonly consolePort: number;
  readonly cloudPort: number;
  readonly env?: Readonly<Record<string, string>>;
}): Promise<RunningStart> {
  const child = spawn(process.execPath, [join(repositoryDir, "scripts/start/main.ts")], {
    cwd: repositoryDir,
    env: {
      ...process.env,
      ...options.env,
      LETSDATA_STATE_DIR: options.stateDir,
      LETSDATA_CONSOLE_PORT: String(options.consolePort),
      LETSDATA_CLOUD_PORT: String(options.cloudPort),
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  const ended = new Promise<never>((_, reject) => {
    child.once("close", (code) => reject(new Error(`start ended with ${code}:\n${output}`)));
  });
  ended.catch(() => {});
  const ready = new Promise<string>((resolve) => {
    const collect = (chunk: Buffer) => {
      output += chunk.toString("utf8");
      const match = /^ready: (\S+)$/m.exec(output);
      if (match?.[1]) resolve(match[1]);
    };
    child.stdout.on("data", collect);
    child.stderr.on("data", collect);
  });
  const timeout = new Promise<never>((_, reject) => {
    setTimeout(() => reject(new Error(`start was not ready in time:\n${output}`)), READY_TIMEOUT_MS).unref();
  });
  const stop = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill("SIGINT");
    await ended.catch(() => {});
  };
  const address = await Promise.race([ready, ended, timeout]).catch(async (error: unknown) => {
    await stop();
    throw error;
  });
  const secrets = JSON.parse(readFileSync(join(options.stateDir, "secrets.json"), "utf8")) as {
    demoUser: { emailAddress: string; password: string };
  };
  return {
    address,
    cloudEndpoint: `http://127.0.0.1:${options.cloudPort}`,
    stateDir: options.stateDir,
    login: secrets.demoUser,
    process: child,
    output: () => output,
    stop,
  };
}
