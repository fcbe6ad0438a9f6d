import type { Loop } from "./run-repeatedly.ts";

/** Attempts get this long to drain to a checkpoint; jobs get as long to end, by the queue itself. */
const DRAIN_MS = 10_000;
/** For the queue to hand back the jobs that did not end. */
const JOBS_MS = DRAIN_MS + 1_500;
/** For what was killed to be settled, and for the last pass of each loop. */
const SETTLE_MS = 2_000;
const CLOSE_MS = 2_000;
/** A worker that was asked to stop has stopped by then, whatever hangs; who kills it earlier makes its tasks wait for their leases. */
export const WORKER_STOP_MS_MAX = JOBS_MS + SETTLE_MS + 2 * CLOSE_MS;

export interface StoppableWorker {
  readonly scheduler: { drain(): void };
  readonly running: { allEnded(): Promise<void> };
  readonly jobs: { stop(): Promise<void> };
  /** Kills every process; what still runs ends as `stopped`. */
  readonly pool: { close(): Promise<void> };
  readonly schedule: Loop;
  /** What goes on until the last attempt is settled. */
  readonly others: readonly Loop[];
  readonly logLines: { stored(): Promise<void> };
  /** Last of all, when the last lines of attempts are stored. */
  readonly close: () => Promise<unknown>;
}

/** Drains to checkpoints, hands tasks and jobs back, closes everything. Attempts and jobs get their time at once, not one after the other. */
export async function stopWorker(worker: StoppableWorker): Promise<void> {
  const { scheduler, running, jobs, pool, schedule, others, logLines, close } = worker;
  scheduler.drain();
  await Promise.all([
    within(
      DRAIN_MS,
      schedule.stop().then(() => running.allEnded()),
    ),
    within(JOBS_MS, jobs.stop()),
  ]);
  // Not before the jobs: they load handlers in processes of the pool.
  await within(CLOSE_MS, pool.close());
  await within(SETTLE_MS, running.allEnded());
  const loopsEnded = Promise.all(others.map((loop) => loop.stop()));
  await within(CLOSE_MS, loopsEnded.then(() => logLines.stored()).then(close));
}

/** What fails is over, too: a worker that stops has nobody to tell. */
async function within(milliseconds: number, work: Promise<unknown>): Promise<void> {
  let limit: NodeJS.Timeout | undefined;
  const over = new Promise<void>((resolve) => {
    limit = setTimeout(resolve, milliseconds);
  });
  await Promise.race([work.catch(() => {}), over]);
  clearTimeout(limit);
}
