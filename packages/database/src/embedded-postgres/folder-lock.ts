import { mkdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

// Longer than a start may take.
const staleMilliseconds = 180_000;

/** Runs `work` while no other process holds the folder `lock`; one whose holder died is taken over. */
export async function withFolderLock<T>(lock: string, work: () => Promise<T>): Promise<T> {
  const owner = path.join(lock, "pid");
  for (;;) {
    try {
      await mkdir(lock);
      break;
    } catch (thrown) {
      if ((thrown as NodeJS.ErrnoException).code !== "EEXIST") throw thrown;
      const held = await stat(lock).catch(() => null);
      const pid = Number(await readFile(owner, "utf8").catch(() => "0"));
      const abandoned = held && Date.now() - held.mtimeMs > staleMilliseconds;
      if (abandoned || (pid > 0 && !isAlive(pid))) await rm(lock, { recursive: true, force: true });
      else await sleep(50);
    }
  }
  try {
    await writeFile(owner, String(process.pid));
    return await work();
  } finally {
    await rm(lock, { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (thrown) {
    return (thrown as NodeJS.ErrnoException).code === "EPERM";
  }
}
