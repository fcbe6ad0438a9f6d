import { existsSync } from "node:fs";
import { mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";

/** Folders that Spark may write into, one for each attempt. */
export interface ScratchFolders {
  open(name: string): Promise<{ readonly path: string; remove(): Promise<void> }>;
}

/** Under a folder of this process; what workers left behind that are gone is removed with the first one opened. */
export function createScratchFolders(directory: string, pid: number = process.pid): ScratchFolders {
  const own = join(directory, String(pid));
  let swept: Promise<void> | null = null;
  return {
    async open(name) {
      swept ??= removeLeftovers(directory, pid);
      await swept;
      const path = join(own, name);
      await mkdir(path, { recursive: true, mode: 0o700 });
      return { path, remove: () => removeFolder(path) };
    },
  };
}

async function removeLeftovers(directory: string, pid: number): Promise<void> {
  const known = await readdir(directory).catch(() => []);
  const gone = known.filter((name) => name === String(pid) || !existsSync(`/proc/${name}`));
  // Where the system has no /proc nothing is known of others: their folders stay.
  if (existsSync("/proc")) await Promise.all(gone.map((name) => removeFolder(join(directory, name))));
}

/** A Spark that is just ending may still write into it. */
function removeFolder(path: string): Promise<void> {
  return rm(path, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
}
