import { spawn } from "node:child_process";
import { once } from "node:events";
import { constants, setPriority } from "node:os";
import { join } from "node:path";
import { isFresh } from "./program-file.ts";

const recorder = join(import.meta.dirname, "record-program.ts");

/**
 * Makes `entry`, a program that calls `serveTasks`, ready to start from `file`, unless that was made from the program as it stands. The
 * file is only ever written here, before any customer code runs: task processes may read it.
 */
export async function prepareProgram(entry: string, file: string): Promise<void> {
  if (await isFresh(file, entry)) return;
  const { PATH = "" } = process.env;
  const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", recorder], {
    // The channel is what a program that serves tasks wants to see.
    stdio: ["ignore", "ignore", "pipe", "ipc"],
    env: { PATH, LETSDATA_PROGRAM_ENTRY: entry, LETSDATA_PROGRAM_FILE: file },
  });
  let said = "";
  child.stderr?.on("data", (chunk: Buffer) => {
    said = (said + chunk.toString("utf8")).slice(-2_000);
  });
  child.once("spawn", () => setPriority(child.pid ?? 0, constants.priority.PRIORITY_BELOW_NORMAL));
  const [code] = (await once(child, "close")) as [number | null];
  if (code !== 0) throw new Error(`Preparing ${entry} ended with ${code}: ${said}`);
}
