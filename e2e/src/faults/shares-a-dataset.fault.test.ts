import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { waitFor } from "../installation/dataset-run.ts";
import { startTestInstallation, type TestInstallation } from "../installation/start-installation.ts";
import type { WorkerProcess } from "../installation/worker-process.ts";
import { createNumberedDataset, putNumberedLinesHandler } from "./numbered-dataset.ts";
import { makeNumberedFiles } from "./numbered-lines.ts";
import { expectExactOutcome } from "./outcome.ts";
import { createRandom, faultSeed } from "./random.ts";
import { type AttemptRow, attemptRows, isHeldBy } from "./task-rows.ts";

const CONCURRENCY = 3;
const WORKERS = 3;
const SLOTS = 8;
const TASKS = 24;
const LOOK_MS = 5;

let installation: TestInstallation;
beforeAll(async () => {
  installation = await startTestInstallation();
  await putNumberedLinesHandler(installation);
});
afterAll(() => installation?.stop());

test("three workers share a dataset and never run more than its concurrency, also when one hands over and goes", async () => {
  const files = makeNumberedFiles(createRandom(faultSeed()), {
    prefix: "shared",
    files: TASKS,
    linesPerFile: 400,
    waitEvery: 2,
  });
  const workers = Array.from({ length: WORKERS }, () =>
    installation.startWorker({ LETSDATA_TASK_SLOTS: String(SLOTS) }),
  );
  for (const worker of workers) {
    await waitFor(async () => (worker.output().includes("worker ready") ? true : null), 60, "the workers to be ready");
  }
  const dataset = await createNumberedDataset(installation, {
    name: "Shared",
    files,
    target: "S3",
    concurrency: CONCURRENCY,
  });

  let retired: WorkerProcess | undefined;
  let looks = 0;
  let mostAtOnce = 0;
  for (let status = "CREATED"; status !== "COMPLETED"; looks += 1) {
    const [row] = await installation.database.$queryRaw<Look[]>`
      SELECT d.status, p.tasks_running AS counted, p.tasks_completed AS completed,
        (SELECT count(*)::int FROM task t WHERE t.dataset_id = d.id AND t.status = 'RUNNING') AS running
      FROM dataset d JOIN dataset_progress p ON p.dataset_id = d.id WHERE d.id = ${dataset}`;
    const seen = row ?? { status: "ERRORED", running: 0, counted: 0, completed: 0 };
    expect(seen.running).toBeLessThanOrEqual(CONCURRENCY);
    expect(seen.counted).toBe(seen.running);
    expect(seen.status).not.toBe("ERRORED");
    mostAtOnce = Math.max(mostAtOnce, seen.running);
    status = seen.status;
    if (!retired && seen.completed >= TASKS / 3) {
      retired = await busiestOf(workers, dataset);
      retired.kill("SIGTERM");
    }
    await sleep(LOOK_MS);
  }
  await retired?.ended();

  const attempts = await attemptRows(installation.database, dataset);
  expect(attempts.filter(({ outcome }) => outcome === "COMPLETED")).toHaveLength(TASKS);
  expect(mostOverlapping(attempts)).toBe(CONCURRENCY);
  const byWorker = new Map<string, number>();
  for (const { worker_id } of attempts) byWorker.set(worker_id, (byWorker.get(worker_id) ?? 0) + 1);
  await expectExactOutcome(installation, dataset, files);
  console.log(`${looks} looks, at most ${mostAtOnce} at once; tasks by worker: ${[...byWorker.values()].join(", ")}`);
  expect(byWorker.size).toBeGreaterThanOrEqual(2);
});

interface Look {
  readonly status: string;
  readonly running: number;
  readonly counted: number;
  readonly completed: number;
}

async function busiestOf(workers: readonly WorkerProcess[], dataset: string): Promise<WorkerProcess> {
  const attempts = await attemptRows(installation.database, dataset);
  const shareOf = (worker: WorkerProcess) => attempts.filter((attempt) => isHeldBy(attempt, worker)).length;
  return workers.reduce((most, worker) => (shareOf(worker) > shareOf(most) ? worker : most));
}

/** The attempts that were open at one moment; one that ends in the millisecond in which another begins does not overlap it. */
function mostOverlapping(attempts: readonly AttemptRow[]): number {
  const changes = attempts.flatMap(({ started_at, ended_at }) => [
    { at: started_at.getTime(), by: 1 },
    { at: ended_at?.getTime() ?? Number.POSITIVE_INFINITY, by: -1 },
  ]);
  changes.sort((a, b) => a.at - b.at || a.by - b.by);
  let open = 0;
  return changes.reduce((most, { by }) => {
    open += by;
    return Math.max(most, open);
  }, 0);
}
