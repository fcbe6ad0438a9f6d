import { readFile } from "node:fs/promises";

/** What a row says where there is no /proc. */
export const needsProc = "it needs /proc, which Linux has";
/** Of /proc/PID/stat (proc(5)): Linux counts in hundredths of a second whatever its own clock is. */
const TICKS_PER_SECOND = 100;

/** Largest resident size so far (proc(5): VmHWM, in KiB), in MB; null where the system does not tell. */
export async function peakMegabytes(pid: number): Promise<number | null> {
  const status = await readFile(`/proc/${pid}/status`, "latin1").catch(() => "");
  const found = /^VmHWM:\s+(\d+) kB$/m.exec(status);
  return found ? (Number(found[1]) * 1024) / 1e6 : null;
}

/** Processor time so far, of all threads; null where the system does not tell. */
export async function processorSeconds(pid: number): Promise<number | null> {
  const stat = await readFile(`/proc/${pid}/stat`, "latin1").catch(() => "");
  // The command's name stands in brackets and may hold spaces: fields are counted behind it.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const ticks = Number(fields[11]) + Number(fields[12]);
  return Number.isNaN(ticks) ? null : ticks / TICKS_PER_SECOND;
}

/** Units of `work` by the second of processor time of the process that does it. */
export async function perProcessorSecond(
  processId: () => number | undefined,
  work: () => Promise<number>,
): Promise<number> {
  const used = async () => {
    const pid = processId();
    // None before the first task.
    return pid === undefined ? 0 : ((await processorSeconds(pid)) ?? 0);
  };
  const before = await used();
  const units = await work();
  return units / ((await used()) - before);
}
