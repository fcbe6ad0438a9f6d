import type { Trial } from "@letsdata/compute/trial";
import { concurrencyOf, type DatasetConfig, timeoutSecondsOf } from "@letsdata/dataset/dataset-config";
import { type CostEstimate, estimateCost } from "@letsdata/dataset/estimate-cost";

/** What one task reads besides handling: its start, calls and checkpoints. */
const overheadSecondsPerTask = 1;
/** Stored bytes a task reads and writes in a second when its handler costs nothing. */
const bytesPerSecond = 20_000_000;

export interface WorkEstimate extends CostEstimate {
  readonly tasks: number;
  readonly bytes: number | null;
  readonly secondsPerTask: number;
  readonly basis: readonly string[];
}

/** Tasks, time and cost from a trial and the sizes of some of the tasks' objects (null = not known). */
export function estimateWork(
  config: DatasetConfig,
  tasks: number,
  sizes: readonly (number | null)[],
  trial: Pick<Trial, "read" | "records">,
): WorkEstimate | null {
  const known = sizes.filter((size) => size !== null);
  if (known.length === 0) return null;
  const bytesPerTask = known.reduce((total, size) => total + size, 0) / known.length;
  const { recordsPerTask, secondsPerRecord } = speedOf(trial, bytesPerTask);
  const secondsPerTask = overheadSecondsPerTask + bytesPerTask / bytesPerSecond + recordsPerTask * secondsPerRecord;
  const bytes = Math.round(bytesPerTask * tasks);
  const basis = [
    known.length === tasks
      ? `The sizes of all ${tasks} objects.`
      : `The sizes of ${known.length} of ${tasks} objects, taken as like the rest.`,
    `${Math.round(recordsPerTask)} records in a task, ${(secondsPerRecord * 1_000).toFixed(2)} ms each in the handler, as in this trial.`,
    `${concurrencyOf(config.computeEngine)} tasks at once; default prices.`,
  ];
  if (secondsPerTask > timeoutSecondsOf(config.computeEngine)) {
    basis.push(
      "A task takes longer than its time-out: it will run in several attempts, each from the last checkpoint.",
    );
  }
  return { tasks, bytes, secondsPerTask, basis, ...estimateCost(config, { tasks, bytes, secondsPerTask }) };
}

function speedOf({ read, records }: Pick<Trial, "read" | "records">, bytesPerTask: number) {
  const recordsPerTask = read.storedBytes === 0 ? 0 : (read.records / read.storedBytes) * bytesPerTask;
  const times = records.map(({ milliseconds }) => milliseconds).sort((a, b) => a - b);
  // The median leaves out the first record, which warms the handler up.
  const secondsPerRecord = (times[Math.floor(times.length / 2)] ?? 0) / 1_000;
  return { recordsPerTask, secondsPerRecord };
}
