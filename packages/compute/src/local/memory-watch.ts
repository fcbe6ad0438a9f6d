import { readFileSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";

/** https://docs.kernel.org/filesystems/proc.html: statm counts pages. Every platform Node ships for with /proc and this product tests uses 4 KiB. */
const pageBytes = 4096;

/**
 * Bytes of memory only this process and those it started use (resident without shared), or null where it is gone or the system has no
 * /proc. Rejects for what may pass, such as too many open files.
 */
export async function privateBytes(pid: number): Promise<number | null> {
  const own = await ownPrivateBytes(pid);
  if (own === null) return null;
  const started = await Promise.all((await childrenOf(pid)).map((child) => privateBytes(child).catch(() => null)));
  return started.reduce<number>((sum, bytes) => sum + (bytes ?? 0), own);
}

/** The same without those it started. */
export async function ownPrivateBytes(pid: number): Promise<number | null> {
  try {
    const [, resident, shared] = (await readFile(`/proc/${pid}/statm`, "latin1")).split(" ");
    return (Number(resident) - Number(shared)) * pageBytes;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ESRCH") return null;
    throw error;
  }
}

/** Tells `take` the process's private bytes again and again, until it returns false or the process is gone. */
export function watchMemory(pid: number, everyMilliseconds: number, take: (bytes: number) => boolean): void {
  const poll = async (): Promise<void> => {
    // A reading that failed says nothing of the next one.
    const bytes = await privateBytes(pid).catch(() => undefined);
    if (bytes === undefined || (bytes !== null && take(bytes))) setTimeout(poll, everyMilliseconds).unref();
  };
  setTimeout(poll, everyMilliseconds).unref();
}

/** What any thread of the process started: Linux lists children by thread, and a JVM starts Spark's Python workers from its others. */
export async function childrenOf(pid: number): Promise<readonly number[]> {
  const threads = await readdir(`/proc/${pid}/task`).catch(() => []);
  return threads.flatMap((thread) => childrenOfThread(pid, thread));
}

/** Reads in place: it is the kernel's memory, of which a JVM has a hundred files ten times a second, and a detour costs more. */
function childrenOfThread(pid: number, thread: string): readonly number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${thread}/children`, "latin1").split(" ").filter(Boolean).map(Number);
  } catch {
    return [];
  }
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
const youngMegabytes = 16;

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

/** What V8 is told of a plan. */
export function heapFlags(plan: MemoryPlan): readonly string[] {
  return [
    `--max-old-space-size=${plan.heapMegabytes}`,
    `--max-semi-space-size=${youngMegabytes}`,
    `--initial-old-space-size=${plan.uncollectedMegabytes}`,
  ];
}
