import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { addToGrant } from "../installation/add-to-grant.ts";
import { datasetJson, waitFor, waitUntilSettled } from "../installation/dataset-run.ts";
import { startTestInstallation, type TestInstallation, testBuckets } from "../installation/start-installation.ts";
import { type KeyedRecord, kindOf, type LiveSource, makeKinesisSource, makeTableSource } from "./live-sources.ts";
import { allTasks, errorRecordIds, expectClosedBooks, readStreamIds } from "./outcome.ts";
import { attemptRows } from "./task-rows.ts";

const handler = "keyed-records";
const keys = Array.from({ length: 20 }, (_, n) => `key${n}`);
/** What may be put before it is read: records come all the time, and a slow machine is not buried in them. */
const UNREAD_MAX = 500;
const STEP_SECONDS = 180;
const LISTED_LATE_MS = 8_000;

let installation: TestInstallation;
beforeAll(async () => {
  installation = await startTestInstallation();
  // AWS lists a child some time after its parent is closed and may be read to its end.
  installation.cloud.faults.add({ kind: "late-children", latencyMs: LISTED_LATE_MS });
  await installation.putHandler(handler, join(import.meta.dirname, "../../fixtures/handlers", handler));
  // A task of an open shard keeps its slot until it is stopped: three of the stream at a time, two of the table.
  installation.startWorker({ LETSDATA_TASK_SLOTS: "6" });
});
afterAll(() => installation?.stop());

const totalRead = async (dataset: string) =>
  (await allTasks(installation, dataset)).reduce((sum, { taskProgress }) => sum + taskProgress.recordsRead, 0);

async function createDataset(datasetName: string, source: LiveSource): Promise<string> {
  const job = {
    ...datasetJson(installation, { name: datasetName, handler: `${handler}.zip`, keys: [], concurrency: 4 }),
    readConnector: {
      artifactImplementationLanguage: "JAVASCRIPT",
      artifactFileS3Link: `s3://${testBuckets.code}/${handler}.zip`,
      ...source.readConnector,
    },
    writeConnector: { connectorDestination: "KINESIS", resourceLocation: "LetsData", kinesisShardCount: 1 },
    manifestFile: source.manifestFile,
  };
  const { policy } = await installation.client.datasets.accessPolicy(job);
  await addToGrant(installation, datasetName, policy);
  return (await installation.client.datasets.create(job)).datasetId;
}

/** Puts the next record of every key, again and again, until told to stop; answers all that it put. */
async function putAllTheTime(source: LiveSource, dataset: string, stop: AbortSignal): Promise<readonly KeyedRecord[]> {
  const put: KeyedRecord[] = [];
  for (let n = 0; !stop.aborted; n++) {
    const round = keys.map((id) => ({ id, n, kind: kindOf(n) }));
    await source.put(round);
    put.push(...round);
    if (put.length % UNREAD_MAX > 0) continue;
    const isRead = async () => stop.aborted || put.length - (await totalRead(dataset)) < UNREAD_MAX || null;
    await waitFor(isRead, STEP_SECONDS, "the worker to read on");
  }
  return put;
}

/** As many shards have a task as there should be by now, and each of them has given records. */
async function waitForShards(dataset: string, count: number): Promise<void> {
  const areRead = async () => {
    const tasks = await allTasks(installation, dataset);
    return (tasks.length === count && tasks.every(({ taskProgress }) => taskProgress.recordsRead > 0)) || null;
  };
  await waitFor(areRead, STEP_SECONDS, `records of ${count} shards`);
}

/** By shard: when its task began, and when it was COMPLETED. */
async function timesOfShards(dataset: string): Promise<ReadonlyMap<string, { began: number; completed: number }>> {
  const attempts = await attemptRows(installation.database, dataset);
  const times = new Map<string, { began: number; completed: number }>();
  for (const { taskId, readerDefinition } of await allTasks(installation, dataset)) {
    const own = attempts.filter(({ task_id }) => task_id === taskId);
    const completed = own.filter(({ outcome }) => outcome === "COMPLETED").map(({ ended_at }) => ended_at!.getTime());
    times.set(String(readerDefinition.shardId), {
      began: Math.min(...own.map(({ started_at }) => started_at.getTime())),
      completed: Math.min(...completed, Number.POSITIVE_INFINITY),
    });
  }
  return times;
}

describe.concurrent("while documents come all the time", () => {
  test.each([
    ["Kinesis shards are split and merged", "ReshardsAStream", makeKinesisSource],
    ["DynamoDB rolls the shards of a table's stream", "RollsATable", makeTableSource],
  ] as const)(
    "%s: every record is written once, in the order of its key, children after their parents",
    async (_, name, make) => {
      const source = await make(installation, name);
      const dataset = await createDataset(name, source);
      const stop = new AbortController();
      const putting = putAllTheTime(source, dataset, stop.signal);
      let shards = source.shardsAtFirst;
      try {
        await Promise.race([putting, waitForShards(dataset, shards)]);
        for (const { reshard, children } of source.reshards) {
          await reshard();
          shards += children;
          await Promise.race([putting, waitForShards(dataset, shards)]);
        }
      } finally {
        stop.abort();
      }
      const put = await putting;
      const isReadOut = async () => (await totalRead(dataset)) === put.length || null;
      await waitFor(isReadOut, STEP_SECONDS, "everything to be read");
      await installation.client.stops.create({ dataset, moveStoppedTasksTo: "COMPLETE" });
      await waitUntilSettled(installation, dataset, STEP_SECONDS);

      const { view } = await expectClosedBooks(installation, dataset, shards);
      const idsOf = (kind: KeyedRecord["kind"]) =>
        put.filter((record) => record.kind === kind).map(({ id, n }) => `${id}/${n}`);
      expect(view.counts).toMatchObject({
        recordsRead: put.length,
        documentsWritten: idsOf("document").length,
        recordsSkipped: idsOf("skip").length,
        recordsErrored: idsOf("error").length,
      });
      expect((await errorRecordIds(installation, dataset)).sort()).toEqual(idsOf("error").sort());
      const written = await readStreamIds(installation, view);
      const byKey = (ids: readonly string[]) => Object.groupBy(ids, (id) => id.split("/")[0]!);
      expect(byKey(written)).toEqual(byKey(idsOf("document")));

      const times = await timesOfShards(dataset);
      const family = await source.parents();
      expect([...times.keys()].sort()).toEqual([...family.keys()].sort());
      let children = 0;
      for (const [child, parents] of family) {
        for (const parent of parents) {
          expect(times.get(child)!.began, `${child} after ${parent}`).toBeGreaterThanOrEqual(
            times.get(parent)!.completed,
          );
          children++;
        }
      }
      expect(children).toBe(4);
    },
  );
});
