import { readFile } from "node:fs/promises";

/** https://docs.kernel.org/filesystems/proc.html: statm counts pages. Every platform Node ships for with /proc and this product tests uses 4 KiB. */
const pageBytes = 4096;

/** Bytes of memory only this process uses (resident without shared), or null where the system has no /proc. */
export async function privateBytes(pid: number): Promise<number | null> {
  try {
    const [, resident, shared] = (await readFile(`/proc/${pid}/statm`, "latin1")).split(" ");
    return (Number(resident) - Number(shared)) * pageBytes;
  } catch {
    return null;
  }
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
