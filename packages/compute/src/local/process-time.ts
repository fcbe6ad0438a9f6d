import { readFile } from "node:fs/promises";
import { childrenOf } from "./memory-watch.ts";

/** USER_HZ, as every Linux shows its clock ticks: https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
const ticksPerSecond = 100;

/** Processor time that a process and those it started have used, or null where the system has no /proc. */
export async function processorSeconds(pid: number): Promise<number | null> {
  const own = await processorSecondsOf(pid);
  if (own === null) return null;
  const started = await Promise.all((await childrenOf(pid)).map(processorSeconds));
  return started.reduce<number>((sum, seconds) => sum + (seconds ?? 0), own);
}

async function processorSecondsOf(pid: number): Promise<number | null> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, "latin1");
    // The program's name, in parentheses, may hold anything; state is the field behind it.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
  } catch {
    return null;
  }
}

const patience = 3;

/**
 * Calls `onOver` when a process takes longer than `seconds`. One that was hardly let to the processors, because the machine has much else
 * to do, gets up to three times as long. Returns what ends the watch.
 */
export function watchTimeTaken(pid: number, seconds: number, onOver: () => void): () => void {
  const began = performance.now();
  let ended = false;
  const look = async (): Promise<void> => {
    const waited = (performance.now() - began) / 1_000;
    const worked = (await processorSeconds(pid)) ?? waited;
    if (ended) return;
    if (waited >= patience * seconds || worked >= seconds / 2) onOver();
    else timer = setTimeout(look, 1_000);
  };
  let timer = setTimeout(look, seconds * 1_000);
  return () => {
    ended = true;
    clearTimeout(timer);
  };
}
