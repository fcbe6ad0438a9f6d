import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { expect, test } from "vitest";
import { childrenOf, privateBytes } from "./memory-watch.ts";

const MiB = 1024 * 1024;

/** Starts a process from a thread that is not its parent's first, and says its pid when it holds 64 MiB. */
const starter = `
const { parentPort } = require("node:worker_threads");
const { spawn } = require("node:child_process");
const child = spawn(process.execPath, ["-e", "const kept = Buffer.alloc(64 << 20, 1); console.log('holds'); setInterval(() => kept, 1000);"]);
child.stdout.once("data", () => parentPort.postMessage(child.pid));
parentPort.once("message", () => child.kill("SIGKILL"));
child.once("close", () => process.exit());
`;

test("a process that another thread than the first started is a child, and its memory counts", async () => {
  const before = await privateBytes(process.pid);
  const thread = new Worker(starter, { eval: true });
  try {
    const [pid] = (await once(thread, "message")) as [number];
    expect(await childrenOf(process.pid)).toContain(pid);
    expect(await privateBytes(process.pid)).toBeGreaterThan(before! + 64 * MiB);
  } finally {
    thread.postMessage("end");
    await once(thread, "exit");
  }
});
