import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { listens } from "./listens.ts";

const START_SECONDS = 300;
/** Between the choice of a port and its use another program may take it: the server then ends, and is started on another. */
const STARTS_MAX = 3;
const STOP_MILLISECONDS = 5_000;
const LAST_OUTPUT_CHARACTERS = 2_000;

export interface RunningServer {
  /** The first of its ports. */
  readonly port: number;
  readonly ports: readonly number[];
  signal(name: NodeJS.Signals): void;
  stop(): Promise<void>;
}

export interface ServerCommand {
  readonly command: string;
  readonly parameters: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** User and group that run it, where root may not. */
  readonly user?: { readonly uid: number; readonly gid: number };
}

/**
 * Starts a server on free ports of this machine and waits until it listens on all of them. Throws with its last words if it does not.
 * `commandAt` is asked anew for every start.
 */
export async function startServerProcess(
  commandAt: (...ports: number[]) => ServerCommand | Promise<ServerCommand>,
  portCount = 1,
): Promise<RunningServer> {
  for (let start = 1; ; start++) {
    const ports = await freePorts(portCount);
    const { process: server, lastWords, hasEnded, stop } = spawnServer(await commandAt(...ports));
    if (await listensOnAll(server, ports, hasEnded))
      return { port: ports[0]!, ports, signal: (name) => void server.kill(name), stop };
    const endedItself = hasEnded();
    await stop();
    if (endedItself && start < STARTS_MAX) continue;
    const how = endedItself ? "ended before it listened" : `did not listen within ${START_SECONDS} s`;
    throw new Error(`${server.spawnfile} ${how}:\n${await lastWords()}`);
  }
}

function spawnServer({ command, parameters, environment, user }: ServerCommand) {
  const server = spawn(command, parameters, {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, ...environment },
    ...user,
  });
  let lastOutput = "";
  for (const stream of [server.stdout, server.stderr]) {
    stream.on("data", (chunk) => {
      lastOutput = `${lastOutput}${chunk}`.slice(-LAST_OUTPUT_CHARACTERS);
    });
  }
  server.on("error", (error) => {
    lastOutput += String(error);
  });
  const closed = once(server, "close").catch(() => {});
  const hasEnded = () => server.pid === undefined || server.exitCode !== null || server.signalCode !== null;
  const stop = async () => {
    if (hasEnded()) return;
    const ended = once(server, "exit");
    server.kill("SIGINT");
    const late = setTimeout(() => server.kill("SIGKILL"), STOP_MILLISECONDS);
    await ended;
    clearTimeout(late);
  };
  const lastWords = () => closed.then(() => lastOutput);
  return { process: server, lastWords, hasEnded, stop };
}

/** Ports that nobody listens on now. */
async function freePorts(count: number): Promise<readonly number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, "127.0.0.1"));
  await Promise.all(servers.map((server) => once(server, "listening")));
  const ports = servers.map((server) => (server.address() as { readonly port: number }).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

async function listensOnAll(server: ChildProcess, ports: readonly number[], hasEnded: () => boolean): Promise<boolean> {
  const deadline = performance.now() + START_SECONDS * 1_000;
  while (performance.now() < deadline && !hasEnded()) {
    const open = await Promise.all(ports.map((port) => listens(server.pid!, port)));
    if (open.every(Boolean)) return !hasEnded();
    await delay(100);
  }
  return false;
}
