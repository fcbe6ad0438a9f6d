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

/**
 * The heap is not marked as a whole before it has this size. V8 would begin much lower, and counts buffers that only wait for the next
 * collection of young objects: the bytes that pass through a task would have all of its heap marked several times a second.
 */
const uncollectedMegabytesMax = 96;
const uncollectedShare = 1 / 8;
/** Of young objects, which are collected when they are so many: more would let more buffers wait. */
export const youngMegabytes = 16;

export interface MemoryPlan {
  readonly heapMegabytes: number;
  readonly uncollectedMegabytes: number;
  readonly privateBytesMax: number;
}

export function memoryPlan(memoryMegabytes: number): MemoryPlan {
  return {
    heapMegabytes: memoryMegabytes,
    uncollectedMegabytes: Math.floor(Math.min(memoryMegabytes * uncollectedShare, uncollectedMegabytesMax)),
    privateBytesMax: (memoryMegabytes + baseMegabytes) * MiB,
  };
}
