import { randomUUID } from "node:crypto";
import { listenForChanges } from "@letsdata/database/changes";
import type { ClaimedTask } from "@letsdata/database/stores/claim-tasks";
import { transitionDataset } from "@letsdata/database/stores/dataset-store";
import { noCounts } from "@letsdata/pipeline/ports";
import { createLog } from "@letsdata/worker/log";
import { createTaskScheduler } from "@letsdata/worker/loops/schedule-tasks";
import { runRepeatedly } from "@letsdata/worker/run-repeatedly";
import { RunningTasks } from "@letsdata/worker/running-tasks";
import { quantile } from "./alternate.ts";
import { type BenchDatabase, planDataset } from "./endpoints/bench-database.ts";
import type { Scene } from "./scene.ts";

const SLOTS = 16;
const POLL_MS = 1_000;
/** Of which the median is told. */
const RUNS = 3;

/**
 * (d) The worker's own scheduler over PostgreSQL with attempts that do nothing: tasks/s of one dataset through claim → run → settle,
 * and from a dataset's change to PROCESSING to the start of its task on an idle worker. No task process is in it.
 */
export async function taskRows({ database, quick, parts, report }: Scene): Promise<void> {
  const scheduler = await startScheduler(database);
  parts.defer(scheduler.stop);
  const tasks = quick ? 1_000 : 5_000;
  // The first ones find connections without plans and a worker without compiled code.
  await throughput(database, scheduler, tasks);
  const rates: number[] = [];
  for (let run = 0; run < RUNS; run++) rates.push(await throughput(database, scheduler, tasks));
  const value = quantile(rates, 0.5);
  const starts = await startMilliseconds(database, scheduler, quick ? 20 : 60);
  const bareRate = await bareUpdatesPerSecond(database, quick ? 300 : 2_000);
  const bareMilliseconds = 1_000 / bareRate;
  const p95 = quantile(starts, 0.95);
  report({
    row: "d",
    what: "tasks of one dataset: claim → run → settle (bare: one-row updates one after the other)",
    unit: "tasks/s",
    value,
    bare: bareRate,
    ratio: value / bareRate,
    limit: { kind: "at least", of: "value", bar: 1_500 },
  });
  report({
    row: "d",
    what: "start of a task, p95 (bare: one-row update)",
    unit: "ms",
    value: p95,
    bare: bareMilliseconds,
    ratio: p95 / bareMilliseconds,
    limit: { kind: "at most", of: "value", bar: 100 },
  });
}

type Scheduler = Awaited<ReturnType<typeof startScheduler>>;

async function startScheduler({ db, url }: BenchDatabase) {
  const running = new RunningTasks(SLOTS);
  const log = createLog("bench", (line) => process.stderr.write(`${line}\n`));
  let onStart = (_: ClaimedTask): void => {};
  let onSettled = (): void => {};
  const scheduler = createTaskScheduler({
    database: db,
    workerId: "bench-scheduler",
    leaseSeconds: 60,
    running,
    run: async (claimed, _running, settle) => {
      onStart(claimed);
      const { datasetId, taskId, lease } = claimed;
      await settle({ datasetId, taskId, lease, outcome: { kind: "completed", counts: noCounts } });
      onSettled();
    },
    isResting: () => false,
    onEnded: () => schedule.wakeAtOnce(),
  });
  const schedule = runRepeatedly("scheduling tasks", POLL_MS, log, scheduler.fillSlots);
  const changes = await listenForChanges(url, () => schedule.wake());
  return {
    started: (callback: (task: ClaimedTask) => void) => {
      onStart = callback;
    },
    settled: (callback: () => void) => {
      onSettled = callback;
    },
    async stop() {
      await changes.close();
      await schedule.stop();
      await running.allEnded();
    },
  };
}

async function throughput({ db }: BenchDatabase, scheduler: Scheduler, tasks: number): Promise<number> {
  const datasetId = await planDataset(db, tasks, SLOTS);
  let left = tasks;
  const done = new Promise<void>((resolve) => {
    scheduler.settled(() => {
      left--;
      if (left === 0) resolve();
    });
  });
  const began = performance.now();
  await transitionDataset(db, datasetId, "planned");
  await done;
  scheduler.settled(() => {});
  return tasks / ((performance.now() - began) / 1_000);
}

async function startMilliseconds({ db }: BenchDatabase, scheduler: Scheduler, datasets: number): Promise<number[]> {
  const milliseconds: number[] = [];
  for (let n = 0; n < datasets; n++) {
    const datasetId = await planDataset(db, 1, 1);
    const started = new Promise<void>((resolve) => scheduler.started(() => resolve()));
    const began = performance.now();
    await transitionDataset(db, datasetId, "planned");
    await started;
    milliseconds.push(performance.now() - began);
  }
  return milliseconds;
}

/** What a durable commit costs here. */
export async function bareUpdatesPerSecond({ db }: BenchDatabase, updates: number): Promise<number> {
  const id = randomUUID();
  await db.organization.create({ data: { id, name: "Bare", slug: id } });
  const began = performance.now();
  for (let n = 0; n < updates; n++)
    await db.$executeRaw`UPDATE organization SET name = ${`Bare ${n}`} WHERE id = ${id}`;
  return updates / ((performance.now() - began) / 1_000);
}
