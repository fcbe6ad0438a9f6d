import { readFile } from "node:fs/promises";
import path from "node:path";

/** What the server wrote about itself: line 1 its process, line 4 its port, line 8 whether it takes connections. Null where none is said to run. */
export async function readPostmasterFile(
  dataDir: string,
): Promise<{ readonly pid: number; readonly port: number | null; readonly isReady: boolean } | null> {
  const text = await readFile(path.join(dataDir, "postmaster.pid"), "utf8").catch(() => null);
  if (text === null) return null;
  const lines = text.split("\n");
  const pid = Number(lines[0]);
  const port = Number(lines[3]);
  const isReady = lines[7]?.trim() === "ready";
  return Number.isInteger(pid) && pid > 0 ? { pid, port: port > 0 ? port : null, isReady } : null;
}

/** True while the process lives and is PostgreSQL: its number may belong to another program by now. */
export async function isRunning(pid: number): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  if (process.platform !== "linux") return true;
  const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
  return /^Name:\s+postgres/m.test(status) && !/^State:\s+Z/m.test(status);
}
