import { ListObjectsV2Command, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { clientFor } from "@letsdata/aws/client-for";
import { createCheckpointStore } from "@letsdata/database/stores/checkpoint-store";
import { type ClaimedTask, claimTasks } from "@letsdata/database/stores/claim-tasks";
import { getDatasetById, transitionDataset } from "@letsdata/database/stores/dataset-store";
import { requestById, type StoredRequest } from "@letsdata/database/stores/request-store";
import { settleDatasets } from "@letsdata/database/stores/settle-datasets";
import { createSettler, settleTask } from "@letsdata/database/stores/settle-task";
import { getTask } from "@letsdata/database/stores/task-store";
import { processingDataset, written } from "@letsdata/database/testing/sample-rows";
import { type AttemptOutcome, noCounts } from "@letsdata/pipeline/ports";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { MachineRest } from "../machine-rest.ts";
import { createTaskRunner, type TaskRunnerParts } from "../task-runner.ts";
import { openWorkerBench, type WorkerBench } from "../testing/worker-bench.ts";
import { redriveInBatches } from "./redrive-in-batches.ts";

const never = new AbortController().signal;
let bench: WorkerBench;
beforeAll(async () => {
  bench = await openWorkerBench();
});
afterAll(() => bench?.close());
beforeEach(() => bench.watchCalls(async () => undefined));

const toBucket = { writeConnector: { connectorDestination: "S3", resourceLocation: "LetsData" } };
const resume = { policy: "RESUME_FROM_CHECKPOINT" };
const restart = { policy: "RESTART_FROM_BEGINNING" };
const workerId = "w";

async function planned(tasks: number, components = {}) {
  const { datasetId, name } = await processingDataset(bench.database, bench.tenantId, { tasks });
  await bench.configure({ datasetId }, components);
  return { datasetId, name };
}
const claim = (datasetId: string, slots = 10) =>
  claimTasks(bench.database, { workerId, slots, leaseSeconds: 600, datasetIds: [datasetId] });
const end = ({ taskId, lease, checkpoint }: ClaimedTask, outcome: "completed" | "failed") => {
  const { counts } = checkpoint;
  const error = { code: "SOURCE_NOT_FOUND", message: "gone" };
  const ended = outcome === "completed" ? { kind: outcome, counts } : { kind: outcome, counts, error };
  return settleTask(bench.database, { taskId, lease, outcome: ended });
};
async function errored(tasks: number, components = {}) {
  const dataset = await planned(tasks, components);
  for (const task of await claim(dataset.datasetId)) await end(task, "failed");
  await settleDatasets(bench.database);
  return dataset;
}
const now = async (datasetId: string) => (await getDatasetById(bench.database, datasetId))!;
async function ask(datasetId: string, input: object) {
  await transitionDataset(bench.database, datasetId, "redrive");
  return bench.ask(datasetId, "redrive", { ...input });
}

test("a redrive that is carried out after its run settled opens the run again: its tasks can be claimed", async () => {
  const { datasetId } = await planned(2);
  const [first, second] = await claim(datasetId);
  await end(first!, "failed");
  const request = await ask(datasetId, resume);
  await end(second!, "completed");
  await settleDatasets(bench.database);
  expect((await now(datasetId)).status).toBe("ERRORED");
  expect(await bench.carryOut(request)).toMatchObject({ status: "SUCCEEDED", result: { redrivenTasks: 1 } });
  expect((await now(datasetId)).status).toBe("PROCESSING");
  expect((await claim(datasetId)).map(({ taskId }) => taskId)).toEqual([first!.taskId]);
});

test("a redrive of a run that settled with nothing it could take leaves the dataset as it is", async () => {
  const { datasetId } = await planned(1);
  const [task] = await claim(datasetId);
  const request = await ask(datasetId, { ...resume, taskIds: [] });
  await end(task!, "failed");
  await settleDatasets(bench.database);
  expect(await bench.carryOut(request)).toMatchObject({ status: "SUCCEEDED", result: { redrivenTasks: 0 } });
  expect(await now(datasetId)).toMatchObject({ status: "ERRORED", tasks: { errored: 1 } });
});

test("a dataset that was stopped before its redrive began stays stopped, and the request says so", async () => {
  for (const isDrained of [true, false]) {
    const { datasetId } = await errored(1);
    const request = await ask(datasetId, restart);
    await transitionDataset(bench.database, datasetId, "stopWithError");
    if (isDrained) await settleDatasets(bench.database);
    expect(await bench.carryOut(request)).toMatchObject({
      status: "FAILED",
      result: { code: "TRANSITION_NOT_ALLOWED", message: expect.stringContaining("was stopped before") },
    });
    await settleDatasets(bench.database);
    expect(await now(datasetId)).toMatchObject({ status: "ERRORED", tasks: { errored: 1, queued: 0 } });
  }
});

test("a redrive goes on behind its last batch when its worker died, and stops where a stop comes between two", async () => {
  const { datasetId } = await errored(5);
  const { requestId } = await ask(datasetId, resume);
  const redrive = { tenantId: bench.tenantId, datasetId, fromBeginning: false };
  const twoAtOnce = async (batches: number) => {
    let begun = 0;
    const throwIfAborted = () => {
      if (++begun > batches) throw new Error("The worker died.");
    };
    const request = (await requestById(bench.database, requestId))!;
    return redriveInBatches(bench.database, request, redrive, { throwIfAborted } as AbortSignal, 2);
  };
  await expect(twoAtOnce(1)).rejects.toThrow("died");
  expect(await now(datasetId)).toMatchObject({ status: "REDRIVING", tasks: { queued: 2, errored: 3 } });
  await expect(twoAtOnce(1)).rejects.toThrow("died");
  expect((await now(datasetId)).tasks).toMatchObject({ queued: 4, errored: 1 });
  await transitionDataset(bench.database, datasetId, "stopWithError");
  await expect(twoAtOnce(1)).rejects.toMatchObject({ code: "TRANSITION_NOT_ALLOWED" });
  await settleDatasets(bench.database);
  expect(await now(datasetId)).toMatchObject({ status: "ERRORED", tasks: { errored: 5, queued: 0 } });
});

test("a worker that was thought dead redrives nothing behind the one that went on, or ended the request", async () => {
  const { datasetId } = await errored(5);
  const { requestId } = await ask(datasetId, resume);
  const redrive = { tenantId: bench.tenantId, datasetId, fromBeginning: false };
  const read = async () => (await requestById(bench.database, requestId))!;
  const suspended = await read();
  const goOn = async (request: StoredRequest, batches = 9) => {
    let begun = 0;
    const throwIfAborted = () => {
      if (++begun > batches) throw new Error("The worker died.");
    };
    return redriveInBatches(bench.database, request, redrive, { throwIfAborted } as AbortSignal, 2);
  };
  const lost = { code: "LEASE_LOST" };
  await expect(goOn(suspended, 1)).rejects.toThrow("died");
  await expect(goOn(suspended)).rejects.toMatchObject(lost);
  expect((await now(datasetId)).tasks).toMatchObject({ queued: 2, errored: 3 });

  const suspendedLater = await read();
  expect(await goOn(suspendedLater)).toBe(5);
  const done = await read();
  for (const task of await claim(datasetId)) await end(task, "failed");
  await settleDatasets(bench.database);
  await expect(goOn(suspended)).rejects.toMatchObject(lost);
  await expect(goOn(suspendedLater)).rejects.toMatchObject(lost);
  expect(await now(datasetId)).toMatchObject({ status: "ERRORED", tasks: { errored: 5, queued: 0 } });
  expect(await read()).toEqual(done);
  expect(done).toMatchObject({ status: "SUCCEEDED", result: { redrivenTasks: 5 } });
});

test("tasks that were queued before a redrive failed run: the dataset does not fall back around them", async () => {
  const { datasetId } = await errored(3);
  const { requestId } = await ask(datasetId, resume);
  const redrive = { tenantId: bench.tenantId, datasetId, fromBeginning: false };
  let begun = 0;
  const throwIfAborted = () => {
    if (++begun > 1) throw new Error("no");
  };
  const request = (await requestById(bench.database, requestId))!;
  const dying = redriveInBatches(bench.database, request, redrive, { throwIfAborted } as AbortSignal, 2);
  await expect(dying).rejects.toThrow("no");
  const ended = await bench.carryOut(request, { signal: AbortSignal.abort(), isLastTry: true });
  expect(ended).toMatchObject({ status: "FAILED", result: { redrivenTasks: 2 } });
  expect((await now(datasetId)).status).toBe("PROCESSING");
  expect(await claim(datasetId)).toHaveLength(2);
});

test("what the end of a worker interrupts has not failed: the job is repeated", async () => {
  const { datasetId } = await errored(1);
  const request = await ask(datasetId, resume);
  await expect(bench.carryOut(request, { signal: AbortSignal.abort() })).rejects.toThrow();
  expect(await now(datasetId)).toMatchObject({ status: "REDRIVING", tasks: { queued: 0 } });
  expect(await bench.carryOut(request)).toMatchObject({ status: "SUCCEEDED" });
  expect(await now(datasetId)).toMatchObject({ status: "PROCESSING", tasks: { queued: 1 } });
});

/** Tasks of a dataset that writes into a bucket of LetsData's: each has stored a checkpoint behind its first object and failed. */
async function erroredBehindObjects(tasks: number) {
  const { datasetId, name } = await planned(tasks, toBucket);
  const s3 = clientFor(S3Client, bench.cloud.installation);
  const { writeConnectorOf } = await import("@letsdata/access/connector-runtimes");
  const { config } = await bench.dependencies.contexts.get(datasetId);
  const access = { ...bench.cloud.installation, datasetName: name } as never;
  await writeConnectorOf(config).provision(config.writeConnector, access, never);
  const Bucket = `tldwc${datasetId}`;
  const prefixOf = (taskId: string) => `${name}/${taskId}/`;
  const part = (ordinal: number) => `part-${String(ordinal).padStart(12, "0")}.jsonl.gz`;
  const claimed = await claim(datasetId);
  for (const { taskId, lease } of claimed) {
    for (const Key of [part(0), part(5)].map((file) => prefixOf(taskId) + file))
      await s3.send(new PutObjectCommand({ Bucket, Key, Body: "x" }));
    const counts = written(5);
    const update = { position: { offset: 5 }, counts, errorFiles: [], measurements: [] };
    await createCheckpointStore(bench.database).save(taskId, lease, update);
    const error = { code: "SOURCE_NOT_FOUND", message: "gone" };
    await settleTask(bench.database, { taskId, lease, outcome: { kind: "failed", counts, error } });
  }
  await settleDatasets(bench.database);
  return {
    datasetId,
    taskIds: claimed.map(({ taskId }) => taskId).toSorted(),
    async objectsOf(taskId: string): Promise<number> {
      const page = await s3.send(new ListObjectsV2Command({ Bucket, Prefix: prefixOf(taskId) }));
      return page.KeyCount ?? 0;
    },
    put: (taskId: string) => s3.send(new PutObjectCommand({ Bucket, Key: prefixOf(taskId) + part(0), Body: "new" })),
  };
}
type Scene = Awaited<ReturnType<typeof erroredBehindObjects>>;

function runnerOver(pool: object) {
  const rest = new MachineRest(() => performance.now());
  const parts = { ...bench.dependencies, pool, rest, leaseSeconds: 600, scratch: null };
  return createTaskRunner(parts as unknown as TaskRunnerParts);
}

/** Runs one attempt of each waiting task; what each finds where its process would begin. */
async function attempts(scene: Scene, during: (taskId: string) => Promise<AttemptOutcome>) {
  const began: { readonly taskId: string; readonly resumes: boolean; readonly objects: number }[] = [];
  const pool = {
    async run({ assignment }: Parameters<TaskRunnerParts["pool"]["run"]>[0]): Promise<AttemptOutcome> {
      const { taskId } = assignment.task;
      began.push({ taskId, resumes: assignment.resumeFrom !== null, objects: await scene.objectsOf(taskId) });
      return during(taskId);
    },
  };
  const runTask = runnerOver(pool);
  const settle = createSettler(bench.database, { claim: () => null, start: () => {} });
  for (const claimed of await claim(scene.datasetId)) {
    const { taskId, datasetId, lease } = claimed;
    const running = { taskId, datasetId, lease, lost: new AbortController(), drain: new AbortController() };
    await runTask(claimed, running, settle);
  }
  return began.toSorted((a, b) => (a.taskId < b.taskId ? -1 : 1));
}
const rerun = async (): Promise<AttemptOutcome> => ({ kind: "rerun", counts: noCounts });

test("restarted from the beginning, each task's own attempt removes what it wrote before, once", async () => {
  const scene = await erroredBehindObjects(2);
  const { datasetId, taskIds } = scene;
  const request = await ask(datasetId, { ...restart, taskIds: [taskIds[0]] });
  expect((await bench.carryOut(request)).status).toBe("SUCCEEDED");
  const began = await attempts(scene, async (taskId) => {
    await scene.put(taskId);
    return rerun();
  });
  expect(began).toEqual([{ taskId: taskIds[0], resumes: false, objects: 0 }]);
  // What an attempt behind the redrive left is its successor's to replace.
  expect(await attempts(scene, rerun)).toEqual([{ taskId: taskIds[0], resumes: false, objects: 1 }]);
  expect(await scene.objectsOf(taskIds[1]!)).toBe(2);
});

test("a restart that may not remove a task's objects loses none of a checkpoint: position and objects go together, or neither", async () => {
  const scene = await erroredBehindObjects(2);
  const { datasetId, taskIds } = scene;
  bench.watchCalls(async (call) => (call.includes("?delete") ? "refuse" : undefined));
  await bench.carryOut(await ask(datasetId, restart));
  expect(await attempts(scene, rerun)).toEqual([]);
  await settleDatasets(bench.database);
  expect(await now(datasetId)).toMatchObject({ status: "ERRORED", tasks: { errored: 2 }, counts: noCounts });
  const task = await getTask(bench.database, bench.tenantId, datasetId, taskIds[0]!);
  expect(task).toMatchObject({ checkpoint: null, lastError: { code: "ACCESS_DENIED" } });

  bench.watchCalls(async () => undefined);
  await bench.carryOut(await ask(datasetId, resume));
  const began = await attempts(scene, rerun);
  expect(began).toEqual(taskIds.map((taskId) => ({ taskId, resumes: false, objects: 0 })));
});

test("a removal that is interrupted half-way is done by the next attempt before it begins", async () => {
  const scene = await erroredBehindObjects(1);
  const { datasetId, taskIds } = scene;
  await bench.carryOut(await ask(datasetId, restart));
  const [claimed] = await claim(datasetId);
  const running = { ...claimed!, lost: new AbortController(), drain: new AbortController() };
  bench.watchCalls(async (call) => {
    if (call.includes("?delete")) running.drain.abort("rerun");
    return undefined;
  });
  const begun: string[] = [];
  const pool = { run: async () => begun.push("attempt") };
  const settle = createSettler(bench.database, { claim: () => null, start: () => {} });
  await runnerOver(pool)(claimed!, running, settle);
  expect(begun).toEqual([]);
  expect((await getTask(bench.database, bench.tenantId, datasetId, taskIds[0]!))?.status).toBe("RERUN");
  bench.watchCalls(async () => undefined);
  await scene.put(taskIds[0]!);
  expect(await attempts(scene, rerun)).toEqual([{ taskId: taskIds[0], resumes: false, objects: 0 }]);
});
