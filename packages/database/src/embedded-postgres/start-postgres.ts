import { type ChildProcess, execFile, spawn } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { chown, mkdir, open, readFile, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { Problem } from "@letsdata/plugin-kit/problems";
import { Client } from "pg";
import { exists } from "./exists.ts";
import { withFolderLock } from "./folder-lock.ts";
import { freePort, isPortFree } from "./free-port.ts";
import { isRunning, readPostmasterFile } from "./postmaster-file.ts";
import { replaceFile } from "./replace-file.ts";
import { findServerBinaries } from "./server-binaries.ts";
import { findServerUser, isReachableByOthers, type ServerUser } from "./server-user.ts";

const run = promisify(execFile);
const userName = "letsdata";
const databaseName = "letsdata";
const startMilliseconds = 60_000;
/** A port that clients may know is waited for: a connection of another program may have it for a moment. */
const keptPortMilliseconds = 5_000;
/** In the words of PostgreSQL and, behind the colon, of Unix or Windows. */
const portTaken = /could not bind .*: (Address already in use|Only one usage of each socket address)/i;

export interface StartPostgres {
  /** Holds password, port and log, and the data unless the server's user cannot reach it. Made when missing. */
  readonly stateDir: string;
  /** This port or a problem; absent = the one of last time, else a free one. */
  readonly port?: number;
  /** Further server settings. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Data that is missing begins as a copy of this state folder's, with its password. Its server must be stopped. */
  readonly copyOf?: string;
}

export interface RunningPostgres {
  /** Of the database `letsdata`, with the password. */
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** True where a server left over from a killed parent was taken over. */
  readonly reused: boolean;
  readonly dataDir: string;
  /** Resolves when the server process ended, whoever ended it. */
  readonly exited: Promise<void>;
  /** Fast shutdown; resolves when the process is gone. */
  stop(): Promise<void>;
}

interface State {
  readonly dataDir: string;
  readonly port: number;
}

/** Starts PostgreSQL on 127.0.0.1, or takes over the one a killed parent left. Throws DATABASE_UNAVAILABLE saying what to do. */
export async function startPostgres(options: StartPostgres): Promise<RunningPostgres> {
  const stateDir = path.resolve(options.stateDir);
  await mkdir(stateDir, { recursive: true });
  return withFolderLock(path.join(stateDir, "postgres.lock"), () => startLocked({ ...options, stateDir }));
}

async function startLocked(options: StartPostgres): Promise<RunningPostgres> {
  const { stateDir } = options;
  const user = await findServerUser();
  const { password, made } = await readOrMakePassword(stateDir, options.copyOf);
  const stateFile = path.join(stateDir, "postgres.json");
  const known = await readState(stateFile);
  const dataDir = known?.dataDir ?? (await chooseDataDir(stateDir, user, made));

  const left = await takeOver(dataDir, password);
  if (left) {
    if (options.port !== undefined && left.port !== options.port) await stopProcess(left.pid);
    else return running({ ...left, password, dataDir, reused: true });
  }

  let port = await choosePort(options.port, known?.port);
  const binaries = await findServerBinaries(user, path.join(path.dirname(dataDir), "postgres-programs"));
  if (!(await exists(path.join(dataDir, "PG_VERSION")))) {
    const copied = options.copyOf === undefined ? null : await readState(path.join(options.copyOf, "postgres.json"));
    await makeData(dataDir, user, (folder) =>
      copied ? run("cp", ["-a", `${copied.dataDir}/.`, folder]) : initialise(binaries.initdb, folder, password, user),
    );
  }
  const waitUntil = Date.now() + keptPortMilliseconds;
  for (;;) {
    replaceFile(stateFile, `${JSON.stringify({ dataDir, port } satisfies State, null, 2)}\n`);
    const pid = await launch({ ...options, stateDir, dataDir, port, password, user, program: binaries.postgres });
    if (pid !== null) return running({ pid, port, password, dataDir, reused: false });
    const isKept = port === (options.port ?? known?.port);
    if (isKept && Date.now() < waitUntil) await sleep(300);
    else port = await choosePort(options.port, undefined);
  }
}

/** Ends the server of `stateDir`, whoever started it. Nothing happens where none runs. */
export async function stopPostgres(stateDir: string): Promise<void> {
  const known = await readState(path.join(stateDir, "postgres.json"));
  const left = known && (await readPostmasterFile(known.dataDir));
  if (left && (await isRunning(left.pid))) await stopProcess(left.pid);
}

/** The data lies in the state folder, or, where the server's user may not enter that, in a folder of its own. */
async function chooseDataDir(stateDir: string, user: ServerUser | null, newPassword: boolean): Promise<string> {
  if (user === null || (await isReachableByOthers(stateDir))) return path.join(stateDir, "postgres");
  const mark = createHash("sha256").update(stateDir).digest("hex").slice(0, 12);
  let base = path.join("/var/lib", `letsdata-${mark}`);
  // Left by a state folder that was thrown away: its data opens only with the password that went with it.
  if (newPassword && (await exists(base))) base = `${base}-${randomBytes(3).toString("hex")}`;
  await mkdir(base, { recursive: true, mode: 0o755 });
  return path.join(base, "postgres");
}

async function choosePort(wanted: number | undefined, lastTime: number | undefined): Promise<number> {
  if (wanted !== undefined) {
    if (await isPortFree(wanted)) return wanted;
    throw new Problem(
      "DATABASE_UNAVAILABLE",
      `Port ${wanted} is taken by another program. End that program, or choose another port for the database.`,
    );
  }
  if (lastTime !== undefined && (await isPortFree(lastTime))) return lastTime;
  return freePort();
}

/** The server that still runs on our data, once it answers. */
async function takeOver(dataDir: string, password: string): Promise<{ pid: number; port: number } | null> {
  const deadline = Date.now() + startMilliseconds;
  for (;;) {
    const left = await readPostmasterFile(dataDir);
    if (!left || !(await isRunning(left.pid))) return null;
    if (left.port !== null && (await answers(urlOf(left.port, password, "postgres"), dataDir)))
      return { pid: left.pid, port: left.port };
    if (Date.now() > deadline) {
      throw new Problem(
        "DATABASE_UNAVAILABLE",
        `Process ${left.pid} holds the database files in ${dataDir} but does not answer. End it, then start again.`,
      );
    }
    await sleep(100);
  }
}

/** `fill`: of an empty folder of the server's user. */
async function makeData(
  dataDir: string,
  user: ServerUser | null,
  fill: (folder: string) => Promise<unknown>,
): Promise<void> {
  // Into a folder beside it, renamed when complete: a start killed in the middle leaves nothing half made.
  const unfinished = `${dataDir}.new`;
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(unfinished, { recursive: true, mode: 0o700 });
  try {
    if (user) await chown(unfinished, user.uid, user.gid);
    await fill(unfinished);
    await rename(unfinished, dataDir);
  } catch (thrown) {
    const output = (thrown as { stderr?: string }).stderr?.trim() ?? String(thrown);
    throw new Problem("DATABASE_UNAVAILABLE", `The database's folder ${dataDir} could not be made: ${output}`, {
      cause: thrown,
    });
  }
}

async function initialise(initdb: string, folder: string, password: string, user: ServerUser | null): Promise<void> {
  const passwordFile = `${folder}.password`;
  await writeFile(passwordFile, `${password}\n`, { mode: 0o600 });
  try {
    if (user) await chown(passwordFile, user.uid, user.gid);
    const options = ["--auth=scram-sha-256", "--encoding=UTF8", "--locale=C", "--no-instructions"];
    await run(initdb, ["-D", folder, "-U", userName, `--pwfile=${passwordFile}`, ...options], {
      cwd: path.dirname(folder),
      ...user,
    });
  } finally {
    await rm(passwordFile, { force: true });
  }
}

interface Launch extends StartPostgres {
  readonly program: string;
  readonly dataDir: string;
  readonly port: number;
  readonly password: string;
  readonly user: ServerUser | null;
}

/** Returns its process; null where another program took the port since it was found free. */
async function launch(options: Launch): Promise<number | null> {
  const deadline = Date.now() + startMilliseconds;
  const logFile = path.join(options.stateDir, "postgres.log");
  const settings = {
    listen_addresses: "127.0.0.1",
    unix_socket_directories: "",
    max_connections: "200",
    shared_buffers: "128MB",
    max_wal_size: "2GB",
    wal_compression: "on",
    log_min_messages: "warning",
    ...options.settings,
  };
  const flags = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  for (;;) {
    const log = await open(logFile, "a");
    const offset = (await log.stat()).size;
    // Its own process group and a log file instead of our pipes: Ctrl-C reaches it only through us, and it outlives
    // a killed parent unharmed.
    const server = spawn(options.program, ["-D", options.dataDir, "-p", String(options.port), ...flags], {
      cwd: options.dataDir,
      detached: true,
      stdio: ["ignore", log.fd, log.fd],
      ...options.user,
    });
    const ended = new Promise<void>((resolve) => {
      server.once("exit", () => resolve());
      server.once("error", () => resolve());
    });
    await log.close();
    server.unref();
    const outcome = await waitUntilReady(server, ended, options, deadline).catch(async (thrown: unknown) => {
      server.kill("SIGINT");
      await ended;
      throw thrown;
    });
    if (outcome === "ready") {
      await makeDatabase(urlOf(options.port, options.password, "postgres"));
      return server.pid!;
    }
    const said = (await readFile(logFile, "utf8").catch(() => "")).slice(offset).trim();
    if (outcome === "ended" && portTaken.test(said)) return null;
    // After a killed server its last processes need a moment to let go of the shared memory.
    const soonBetter = /pre-existing shared memory|is another postmaster/i.test(said) && Date.now() < deadline;
    if (!soonBetter) {
      if (outcome === "late") server.kill("SIGKILL");
      throw new Problem(
        "DATABASE_UNAVAILABLE",
        `PostgreSQL did not start. It said: ${said.slice(-1500) || "nothing"}`,
        {
          details: { logFile },
        },
      );
    }
    await sleep(300);
  }
}

async function waitUntilReady(
  server: ChildProcess,
  ended: Promise<void>,
  options: Launch,
  deadline: number,
): Promise<"ready" | "ended" | "late"> {
  const url = urlOf(options.port, options.password, "postgres");
  let gone = server.pid === undefined;
  ended.then(() => {
    gone = true;
  });
  while (Date.now() < deadline) {
    if (gone) return "ended";
    // Before it says so another server may answer at the port, one with the same password too.
    const own = await readPostmasterFile(options.dataDir);
    if (own?.pid === server.pid && own?.isReady && (await answers(url, options.dataDir))) return "ready";
    await Promise.race([sleep(50), ended]);
  }
  return "late";
}

/** Throws where the server answers but refuses the password: waiting cures nothing then. */
async function answers(url: string, dataDir: string): Promise<boolean> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 2_000, query_timeout: 5_000 });
  client.on("error", () => undefined);
  try {
    await client.connect();
    await client.query("SELECT 1");
    return true;
  } catch (thrown) {
    if ((thrown as { code?: string }).code !== "28P01") return false;
    throw new Problem(
      "DATABASE_UNAVAILABLE",
      `The database in ${dataDir} was made with another password than that in postgres-password. Put that file back; or, to begin anew without the data, remove the folder.`,
      { cause: thrown },
    );
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function makeDatabase(url: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const { rowCount } = await client.query("SELECT 1 FROM pg_database WHERE datname = $1", [databaseName]);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${databaseName}`);
  } finally {
    await client.end();
  }
}

function running(server: {
  readonly pid: number;
  readonly port: number;
  readonly password: string;
  readonly dataDir: string;
  readonly reused: boolean;
}): RunningPostgres {
  const { pid, port, dataDir, reused } = server;
  let exited: Promise<void> | undefined;
  return {
    url: urlOf(port, server.password, databaseName),
    port,
    pid,
    reused,
    dataDir,
    get exited() {
      exited ??= waitForExit(pid);
      return exited;
    },
    stop: () => stopProcess(pid),
  };
}

async function stopProcess(pid: number): Promise<void> {
  // Of one that has ended the number may be another program's by now.
  if (!(await isRunning(pid))) return;
  try {
    process.kill(pid, "SIGINT");
  } catch {
    return;
  }
  await waitForExit(pid);
}

async function waitForExit(pid: number): Promise<void> {
  while (await isRunning(pid)) await sleep(50);
}

function urlOf(port: number, password: string, database: string): string {
  return `postgresql://${userName}:${password}@127.0.0.1:${port}/${database}`;
}

async function readOrMakePassword(
  stateDir: string,
  copyOf: string | undefined,
): Promise<{ readonly password: string; readonly made: boolean }> {
  const file = path.join(stateDir, "postgres-password");
  const known = await readPassword(file);
  if (known) return { password: known, made: false };
  const copied = copyOf === undefined ? null : await readPassword(path.join(copyOf, "postgres-password"));
  const password = copied ?? randomBytes(24).toString("hex");
  await writeFile(file, `${password}\n`, { mode: 0o600 });
  return { password, made: true };
}

async function readPassword(file: string): Promise<string | null> {
  return (await readFile(file, "utf8").catch(() => "")).trim() || null;
}

async function readState(file: string): Promise<State | null> {
  try {
    const state = JSON.parse(await readFile(file, "utf8")) as State;
    return typeof state.dataDir === "string" && typeof state.port === "number" ? state : null;
  } catch {
    return null;
  }
}
