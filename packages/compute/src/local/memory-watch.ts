import { readFile } from "node:fs/promises";

/** https://docs.kernel.org/filesystems/proc.html: statm counts pages. Every platform Node ships for with /proc and this product tests uses 4 KiB. */
const pageBytes = 4096;

/** Bytes of memory only this process and those it started use (resident without shared), or null where the system has no /proc. */
export async function privateBytes(pid: number): Promise<number | null> {
  const own = await privateBytesOf(pid);
  if (own === null) return null;
  const started = await Promise.all((await childrenOf(pid)).map(privateBytes));
  return started.reduce<number>((sum, bytes) => sum + (bytes ?? 0), own);
}

async function privateBytesOf(pid: number): Promise<number | null> {
  try {
    const [, resident, shared] = (await readFile(`/proc/${pid}/statm`, "latin1")).split(" ");
    return (Number(resident) - Number(shared)) * pageBytes;
  } catch {
    return null;
  }
}

/** Only what the process's first thread started, which is how both Node and the language hosts start processes. */
export async function childrenOf(pid: number): Promise<readonly number[]> {
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, "latin1").catch(() => "");
  return text.split(" ").filter(Boolean).map(Number);
}

const MiB = 1024 * 1024;
/** What an idle task process needs by itself; the configured memory is for the task. */
const baseMegabytes = 48;

export function memoryPlan(memoryMegabytes: number): {
  readonly heapMegabytes: number;
  readonly privateBytesMax: number;
} {
  return { heapMegabytes: memoryMegabytes, privateBytesMax: (memoryMegabytes + baseMegabytes) * MiB };
}
