import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { startPostgres } from "@letsdata/database/embedded-postgres/start-postgres";
import { ensureClientGenerated } from "@letsdata/database/generate-client";
import { applyMigrations } from "@letsdata/database/migrate/apply-migrations";
import { buildJavaHost } from "@letsdata/handlers/java/host-classes";
import { buildConsole } from "./build-console.ts";
import { ProcessLedger } from "./leftover-processes.ts";
import { assertPortFree } from "./ports.ts";
import { loadOrCreateSecrets } from "./secrets.ts";
import {
  cloudEndpoint,
  cloudEnvironment,
  consoleAddress,
  consoleEnvironment,
  workerEnvironment,
} from "./server-environments.ts";
import { StartProblem, type StartSettings } from "./settings.ts";
import { type SupervisedProcess, superviseProcess } from "./supervised-process.ts";

const READY_TIMEOUT_MS = 90_000;
const DATABASE_CHECK_MS = 1_000;

/**
 * Database → migrations → local cloud → seed → worker and console, each kept alive until stopped. `onStoppable` is handed what
 * stops all of it as soon as there is something to stop.
 */
export async function startProduct(
  settings: StartSettings,
  say: (line: string) => void,
  onStoppable: (stop: () => Promise<void>) => void,
): Promise<void> {
  const { repositoryDir, stateDir } = settings;
  const secrets = loadOrCreateSecrets(stateDir);
  const logDir = join(stateDir, "logs");
  mkdirSync(logDir, { recursive: true });
  const ledger = new ProcessLedger(stateDir);
  await ledger.takeOver(say);
  await assertPortFree(settings.consolePort, "LETSDATA_CONSOLE_PORT", "console");
  await assertPortFree(settings.cloudPort, "LETSDATA_CLOUD_PORT", "local cloud");
  ledger.record([{ name: "start", pid: process.pid }]);

  const servers: SupervisedProcess[] = [];
  const recordProcesses = () => {
    const running = servers
      .flatMap((server) => ({ name: server.name, pid: server.pid() ?? 0 }))
      .filter(({ pid }) => pid > 0);
    ledger.record([{ name: "start", pid: process.pid }, ...running]);
  };
  const runServer = (
    name: string,
    script: string,
    cwd: string,
    env: Record<string, string>,
    args: readonly string[] = [],
  ) => {
    const plan = {
      name,
      command: process.execPath,
      args: ["--import", join(import.meta.dirname, "exit-with-parent.ts"), script, ...args],
      cwd,
      env,
      logFile: join(logDir, `${name}.log`),
    };
    servers.push(superviseProcess(plan, say, () => setImmediate(recordProcesses)));
  };

  const opening = openDatabaseServer(settings, say);
  const stopped = new AbortController();
  const stop = async () => {
    stopped.abort();
    for (const server of servers.toReversed()) await server.stop();
    // One that is still starting is waited for: it would live on.
    const opened = await opening.catch(() => null);
    await opened?.stop();
    ledger.clear();
  };
  onStoppable(stop);
  const database = await opening;
  if (stopped.signal.aborted) return;

  try {
    runServer(
      "local-cloud",
      join(repositoryDir, "packages/local-cloud/src/main.ts"),
      repositoryDir,
      cloudEnvironment(settings, secrets),
    );
    await ensureClientGenerated();
    buildJavaHost().catch(({ message }: Error) =>
      say(`  Java handlers need a JDK (Debian: default-jdk-headless): ${message}`),
    );
    const consoleBuilt = buildConsole(repositoryDir, join(logDir, "console-build.log"), say, stopped.signal);
    // Awaited below; a build that fails earlier must not end the process unhandled.
    consoleBuilt.catch(() => {});
    await applyMigrations(database.url);
    await answers(`${cloudEndpoint(settings)}/_local/health`, "local cloud", logDir);
    // The generated database client exists only now.
    const { seedDemo } = await import("./seed-demo.ts");
    const seeded = seedDemo({ settings, secrets, databaseUrl: database.url });
    seeded.catch(() => {});
    runServer(
      "worker",
      join(repositoryDir, "apps/worker/src/main.ts"),
      repositoryDir,
      workerEnvironment(settings, secrets, database.url),
    );
    await consoleBuilt;
    const consoleDir = join(repositoryDir, "apps/console");
    runServer(
      "console",
      join(consoleDir, "node_modules/next/dist/bin/next"),
      consoleDir,
      consoleEnvironment(settings, secrets, database.url),
      ["start", "--hostname", "127.0.0.1", "--port", String(settings.consolePort)],
    );
    const address = consoleAddress(settings);
    await seeded;
    await answers(`${address}/api/v1/health`, "console", logDir);
    say("");
    say(`  LetsData runs at ${address}`);
    say(`  sign in as       ${secrets.demoUser.emailAddress}`);
    say(`  password         ${secrets.demoUser.password}`);
    say(`  a dataset to try samples/datasets/movies-to-kinesis.json`);
    say(`  state and logs   ${stateDir}`);
    say("");
    say(`ready: ${address}`);
  } catch (error) {
    await stop();
    throw error;
  }
}

interface DatabaseServer {
  readonly url: string;
  stop(): Promise<void>;
}

/** The given database as it is, or an embedded PostgreSQL that is started again when it dies. */
async function openDatabaseServer(settings: StartSettings, say: (line: string) => void): Promise<DatabaseServer> {
  if (settings.databaseUrl) return { url: settings.databaseUrl, stop: async () => {} };
  let server = await startPostgres({ stateDir: settings.stateDir });
  const stopped = new AbortController();
  const watch = (async () => {
    while (!stopped.signal.aborted) {
      await sleep(DATABASE_CHECK_MS, undefined, { signal: stopped.signal }).catch(() => {});
      if (stopped.signal.aborted || isRunning(server.pid)) continue;
      say("PostgreSQL ended, starting it again");
      try {
        server = await startPostgres({ stateDir: settings.stateDir });
      } catch (error) {
        say(`PostgreSQL could not be started: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
  })();
  return {
    url: server.url,
    stop: async () => {
      stopped.abort();
      await watch;
      await server.stop();
    },
  };
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

async function answers(address: string, name: string, logDir: string): Promise<void> {
  const deadline = Date.now() + READY_TIMEOUT_MS;
  let last = "no answer";
  while (Date.now() < deadline) {
    try {
      const response = await fetch(address, { signal: AbortSignal.timeout(5_000) });
      await response.arrayBuffer();
      if (response.ok) return;
      last = `HTTP ${response.status}`;
    } catch (error) {
      last = error instanceof Error ? error.message : String(error);
    }
    await sleep(100);
  }
  throw new StartProblem(`the ${name} does not answer at ${address} (${last})`, `Look into ${logDir}.`);
}
