import { spawn } from "node:child_process";
import { once } from "node:events";
import { connect, createServer } from "node:net";
import { setTimeout as delay } from "node:timers/promises";

const START_SECONDS = 120;
const STOP_MILLISECONDS = 5_000;
const LAST_OUTPUT_CHARACTERS = 2_000;

export interface RunningServer {
  readonly port: number;
  stop(): Promise<void>;
}

export interface ServerCommand {
  readonly command: string;
  readonly parameters: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** User and group that run it, where root may not. */
  readonly user?: { readonly uid: number; readonly gid: number };
}

/** Starts a server on a free port of this machine and waits until it listens. Throws with its last words if it does not. */
export async function startServerProcess(commandAt: (port: number) => ServerCommand): Promise<RunningServer> {
  const [port] = await freePorts(1);
  const { command, parameters, environment, user } = commandAt(port!);
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
  const hasEnded = () => server.pid === undefined || server.exitCode !== null || server.signalCode !== null;
  const stop = async () => {
    if (hasEnded()) return;
    const ended = once(server, "exit");
    server.kill("SIGINT");
    const late = setTimeout(() => server.kill("SIGKILL"), STOP_MILLISECONDS);
    await ended;
    clearTimeout(late);
  };
  if (await listens(port!, hasEnded)) return { port: port!, stop };
  await stop();
  throw new Error(`${command} did not start within ${START_SECONDS} s:\n${lastOutput}`);
}

/** Ports that nobody listens on now. */
export async function freePorts(count: number): Promise<readonly number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, "127.0.0.1"));
  await Promise.all(servers.map((server) => once(server, "listening")));
  const ports = servers.map((server) => (server.address() as { readonly port: number }).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

async function listens(port: number, hasEnded: () => boolean): Promise<boolean> {
  const deadline = performance.now() + START_SECONDS * 1_000;
  while (performance.now() < deadline && !hasEnded()) {
    const socket = connect(port, "127.0.0.1");
    const isOpen = await once(socket, "connect").then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (isOpen) return true;
    await delay(100);
  }
  return false;
}
