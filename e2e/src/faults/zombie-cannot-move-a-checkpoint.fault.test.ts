import { createCheckpointStore } from "@letsdata/database/stores/checkpoint-store";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readOutputLines, waitFor, waitUntilSettled } from "../installation/dataset-run.ts";
import { startTestInstallation, type TestInstallation } from "../installation/start-installation.ts";
import type { WorkerProcess } from "../installation/worker-process.ts";
import { createNumberedDataset, putNumberedLinesHandler, type Target } from "./numbered-dataset.ts";
import { makeNumberedFiles } from "./numbered-lines.ts";
import { expectExactOutcome } from "./outcome.ts";
import { createRandom, faultSeed } from "./random.ts";
import { attemptRows, isHeldBy, type TaskRow, taskRows } from "./task-rows.ts";

/** The zombie does not look after its lease while it wakes: only the fence is between it and the checkpoint. */
const LEASE_NOBODY_RENEWS = { LETSDATA_LEASE_SECONDS: "3600" };

let installation: TestInstallation;
beforeAll(async () => {
  installation = await startTestInstallation();
  await putNumberedLinesHandler(installation);
});
afterAll(() => installation?.stop());

test.each<{ target: Target; padBytes: number }>([
  { target: "KINESIS", padBytes: 0 },
  { target: "S3", padBytes: 500 },
])(
  "a worker that wakes after its task was finished elsewhere moves nothing ($target)",
  async ({ target, padBytes }) => {
    const seed = faultSeed();
    const name = `Zombie${target}`;
    const files = makeNumberedFiles(createRandom(seed), {
      prefix: name,
      files: 1,
      linesPerFile: 20_000,
      waitEvery: 8,
      padBytes,
    });
    const zombie = installation.startWorker(LEASE_NOBODY_RENEWS);
    const dataset = await createNumberedDataset(installation, { name, files, target, concurrency: 1 });
    const held = await waitFor(
      async () => {
        const task = await onlyTask(dataset);
        return task.status === "RUNNING" && task.records_read > 0n ? task : null;
      },
      90,
      "the first checkpoint",
    );
    const pids = stop(zombie);
    const atStop = await onlyTask(dataset);
    expect(atStop).toMatchObject({ status: "RUNNING", lease_token: held.lease_token });

    await installation.database.$executeRaw`
    UPDATE task SET lease_expires_at = now() - interval '1 second' WHERE id = ${held.id}`;
    const successor = installation.startWorker();
    await waitUntilSettled(installation, dataset, 90);
    const before = await everythingStored(dataset, name, target);

    for (const pid of [...pids].reverse()) process.kill(pid, "SIGCONT");
    await waitFor(
      async () => (zombie.output().includes(`task ${held.id}: another worker holds it now`) ? true : null),
      60,
      "the zombie to learn that it lost its lease",
    );
    expect(await everythingStored(dataset, name, target)).toEqual(before);

    const old = { workerId: held.worker_id ?? "", token: Number(held.lease_token) };
    const save = createCheckpointStore(installation.database).save(held.id, old, {
      position: { offset: 1 },
      counts: {
        recordsRead: 1,
        documentsWritten: 1,
        recordsSkipped: 0,
        recordsErrored: 0,
        bytesRead: 1,
        bytesWritten: 1,
      },
      errorFiles: [],
      measurements: [],
    });
    await expect(save).rejects.toMatchObject({ code: "LEASE_LOST" });
    expect(await everythingStored(dataset, name, target)).toEqual(before);

    const attempts = await attemptRows(installation.database, dataset);
    expect(attempts.map(({ outcome }) => outcome)).toEqual(["LEASE_EXPIRED", "COMPLETED"]);
    expect(isHeldBy(attempts[0]!, zombie)).toBe(true);
    expect(isHeldBy(attempts[1]!, successor)).toBe(true);
    const { duplicates } = await expectExactOutcome(installation, dataset, files);
    console.log(`seed ${seed} ${target}: stopped at ${atStop.records_read} records, ${duplicates} documents twice`);
    for (const worker of [zombie, successor]) {
      worker.kill("SIGKILL");
      await worker.ended();
    }
  },
);

async function onlyTask(dataset: string): Promise<TaskRow> {
  const [task] = await taskRows(installation.database, dataset);
  if (!task) throw new Error("the dataset has no task yet");
  return task;
}

/** Stops the worker before its task processes, so that nothing of theirs is answered any more. */
function stop(worker: WorkerProcess): readonly number[] {
  const pids = [worker.pid, ...worker.taskPids()];
  for (const pid of pids) process.kill(pid, "SIGSTOP");
  return pids;
}

/** All a zombie could move. A stream's records cannot be taken back, so a repeated batch may still arrive there. */
async function everythingStored(dataset: string, name: string, target: Target) {
  const { database } = installation;
  return {
    tasks: await taskRows(database, dataset),
    attempts: await attemptRows(database, dataset),
    progress: await database.datasetProgress.findMany({ where: { datasetId: dataset } }),
    errorFiles: await database.errorFile.findMany({ where: { datasetId: dataset }, orderBy: { id: "asc" } }),
    metrics: await database.metricPoint.findMany({
      where: { datasetId: dataset },
      orderBy: [{ taskId: "asc" }, { metric: "asc" }, { minute: "asc" }],
    }),
    output: target === "S3" ? (await readOutputLines(installation, name)).map(({ id }) => id) : [],
  };
}
