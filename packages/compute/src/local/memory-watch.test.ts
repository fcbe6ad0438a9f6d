import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { expect, test } from "vitest";
import { childrenOf, ownPrivateBytes, privateBytes } from "./memory-watch.ts";

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
  const thread = new Worker(starter, { eval: true });
  try {
    const [pid] = (await once(thread, "message")) as [number];
    expect(await childrenOf(process.pid)).toContain(pid);
    // Read at one moment: what this process collects or loads meanwhile is not the child's.
    const [own, all] = await Promise.all([ownPrivateBytes(process.pid), privateBytes(process.pid)]);
    expect(all! - own!).toBeGreaterThan(64 * MiB);
  } finally {
    thread.postMessage("end");
    await once(thread, "exit");
  }
});

const outOfDescriptors = `
import { closeSync, openSync } from "node:fs";
import { privateBytes, watchMemory } from ${JSON.stringify(join(import.meta.dirname, "memory-watch.ts"))};
const held = [];
try {
  for (;;) held.push(openSync("/dev/null"));
} catch (full) {
  console.log(full.code);
}
await privateBytes(process.pid).then(console.log, (error) => console.log("rejects", error.code));
watchMemory(process.pid, 5, (bytes) => {
  console.log("watched", bytes > 0);
  process.exit();
});
setTimeout(() => held.forEach(closeSync), 50);
setTimeout(() => console.log("not watched"), 20_000);
`;

test("a reading that fails for a while does not end the watch; of a process that is gone there is none", async () => {
  const limited = 'ulimit -n 64; exec "$@"';
  const node = [
    process.execPath,
    "--disable-warning=ExperimentalWarning",
    "--input-type=module",
    "-e",
    outOfDescriptors,
  ];
  const told = execFileSync("bash", ["-c", limited, "bash", ...node], { encoding: "utf8" });
  expect(told.trim().split("\n")).toEqual(["EMFILE", "rejects EMFILE", "watched true"]);
  expect(await privateBytes(2 ** 30)).toBeNull();
});
