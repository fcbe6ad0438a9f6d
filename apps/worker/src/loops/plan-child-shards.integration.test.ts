import { CreateStreamCommand, KinesisClient, SplitShardCommand, waitUntilStreamExists } from "@aws-sdk/client-kinesis";
import { clientFor } from "@letsdata/aws/client-for";
import { claimTasks } from "@letsdata/database/stores/claim-tasks";
import { getDatasetById, transitionDataset } from "@letsdata/database/stores/dataset-store";
import { listLogLines } from "@letsdata/database/stores/log-store";
import { settleDatasets } from "@letsdata/database/stores/settle-datasets";
import { settleTask } from "@letsdata/database/stores/settle-task";
import { expectMoreTasks } from "@letsdata/database/stores/source-planning";
import { processingDataset } from "@letsdata/database/testing/sample-rows";
import { noCounts } from "@letsdata/pipeline/ports";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { openWorkerBench, type WorkerBench } from "../testing/worker-bench.ts";
import { planChildShards } from "./plan-child-shards.ts";

const never = new AbortController().signal;
let bench: WorkerBench;
beforeAll(async () => {
  bench = await openWorkerBench();
});
afterAll(() => bench?.close());
beforeEach(() => bench.watchCalls(async () => undefined));

/** A dataset over a stream whose only shard it has read to its end, before the shard was split. */
async function behindSplit() {
  const kinesis = clientFor(KinesisClient, bench.cloud.customer);
  const { datasetId, name } = await processingDataset(bench.database, bench.tenantId, { tasks: 1 });
  const StreamName = name;
  const quickly = { client: kinesis, maxWaitTime: 30, minDelay: 0.1, maxDelay: 0.5 };
  await kinesis.send(new CreateStreamCommand({ StreamName, ShardCount: 1 }));
  await waitUntilStreamExists(quickly, { StreamName });
  const ShardToSplit = "shardId-000000000000";
  await kinesis.send(new SplitShardCommand({ StreamName, ShardToSplit, NewStartingHashKey: String(2n ** 127n) }));
  await waitUntilStreamExists(quickly, { StreamName });
  const streamArn = `arn:aws:kinesis:eu-west-1:${bench.cloud.customer.accountId}:stream/${StreamName}`;
  const artifact = {
    artifactImplementationLanguage: "JAVASCRIPT",
    artifactFileS3Link: "s3://public/code.zip",
    artifactFileS3LinkResourceLocation: "LetsData",
  };
  await bench.configure(
    { datasetId },
    {
      readConnector: { connectorDestination: "KINESIS", streamArn, ...artifact },
      manifestFile: {
        manifestType: "KinesisStreamReaderManifest",
        kinesisReaderTaskStartFromCondition: "Earliest",
        kinesisReaderTaskStopCondition: "Continuous",
        kinesisReaderTaskContinuousPollFrequency: "Poll every 5 seconds",
      },
    },
  );
  await bench.cloud.grant("granted", [{ actions: ["kinesis:ListShards"], resources: ["*"] }] as never);
  await bench.database.task.updateMany({ where: { datasetId }, data: { position: ShardToSplit } });
  await expectMoreTasks(bench.database, datasetId);
  const claim = { workerId: "w", slots: 1, leaseSeconds: 600, datasetIds: [datasetId] };
  const [task] = await claimTasks(bench.database, claim);
  const outcome = { kind: "completed", counts: noCounts } as const;
  await settleTask(bench.database, { taskId: task!.taskId, lease: task!.lease, outcome });
  return datasetId;
}
const now = async (datasetId: string) => (await getDatasetById(bench.database, datasetId))!;
const warnings = async (datasetId: string) =>
  (await listLogLines(bench.database, { tenantId: bench.tenantId, datasetId, limit: 10 })).items.map((l) => l.message);
const planningUntil = async (datasetId: string) =>
  (await bench.database.datasetProgress.findUniqueOrThrow({ where: { datasetId } })).planningUntil!.getTime();

test("the children of a shard that was read to its end are planned", async () => {
  const datasetId = await behindSplit();
  expect(await planChildShards(bench.dependencies, never)).toBe(true);
  expect((await now(datasetId)).tasks).toMatchObject({ totalTasks: 3, queued: 2, completed: 1 });
  await transitionDataset(bench.database, datasetId, "stopWithError");
  await settleDatasets(bench.database);
});

test("a dataset that is stopped while its stream is listed gets no more tasks, and its log says nothing", async () => {
  const datasetId = await behindSplit();
  bench.watchCalls(async (call) => {
    if (call !== "ListShards") return undefined;
    await transitionDataset(bench.database, datasetId, "stopWithError");
    await settleDatasets(bench.database);
    return undefined;
  });
  await planChildShards(bench.dependencies, never);
  expect(await now(datasetId)).toMatchObject({ status: "ERRORED", tasks: { totalTasks: 1, queued: 0, completed: 1 } });
  expect(await warnings(datasetId)).toEqual([]);
});

test("a planning that fails behind its lease is repeated after a while, not at once", async () => {
  const datasetId = await behindSplit();
  let asked = 0;
  bench.watchCalls(async (call) => {
    if (call !== "ListShards") return undefined;
    // The end of a pass that goes on for ever.
    if (++asked > 1) await transitionDataset(bench.database, datasetId, "stopWithError").catch(() => undefined);
    const planningUntil = new Date(Date.now() - 10_000);
    await bench.database.datasetProgress.update({ where: { datasetId }, data: { planningUntil } });
    return "refuse";
  });
  expect(await planChildShards(bench.dependencies, never)).toBe(false);
  expect(asked).toBe(1);
  expect(await planningUntil(datasetId)).toBeGreaterThan(Date.now() + 30_000);
  expect(await warnings(datasetId)).toEqual([expect.stringContaining("More shards could not be planned.")]);
});
