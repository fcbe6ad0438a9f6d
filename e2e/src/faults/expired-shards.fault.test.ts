import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { addToGrant } from "../installation/add-to-grant.ts";
import { datasetJson, waitFor, waitUntilSettled } from "../installation/dataset-run.ts";
import { startTestInstallation, type TestInstallation, testBuckets } from "../installation/start-installation.ts";
import { makeTableSource } from "./live-sources.ts";
import { allTasks, readStreamIds } from "./outcome.ts";

const handler = "keyed-records";
const HOUR_MS = 3_600_000;
const STEP_SECONDS = 120;

let installation: TestInstallation;
let passedMs = 0;
beforeAll(async () => {
  installation = await startTestInstallation({ now: () => Date.now() + passedMs });
  await installation.putHandler(handler, join(import.meta.dirname, "../../fixtures/handlers", handler));
});
afterAll(() => installation?.stop());

test("a shard that expired while its task waited for a redrive is told to be gone, and its child is read", async () => {
  const datasetName = "AfterTheWeekend";
  const source = await makeTableSource(installation, datasetName);
  const job = {
    ...datasetJson(installation, { name: datasetName, handler: `${handler}.zip`, keys: [] }),
    readConnector: {
      artifactImplementationLanguage: "JAVASCRIPT",
      artifactFileS3Link: `s3://${testBuckets.code}/${handler}.zip`,
      recordErrorPolicy: "FailTask",
      ...source.readConnector,
    },
    writeConnector: { connectorDestination: "KINESIS", resourceLocation: "LetsData", kinesisShardCount: 1 },
    manifestFile: source.manifestFile,
  };
  await addToGrant(installation, datasetName, (await installation.client.datasets.accessPolicy(job)).policy);
  const friday = installation.startWorker();
  const dataset = (await installation.client.datasets.create(job)).datasetId;
  await source.put([{ id: "a", n: 0, kind: "document" }]);
  const tasks = () => allTasks(installation, dataset);
  await waitFor(async () => (await tasks())[0]?.taskProgress.recordsRead || null, STEP_SECONDS, "a checkpoint");
  await source.put([{ id: "a", n: 1, kind: "error" }]);
  expect((await waitUntilSettled(installation, dataset, STEP_SECONDS)).datasetStatus).toBe("ERRORED");
  friday.kill("SIGTERM");
  await friday.ended();

  await source.reshards[1]!.reshard();
  passedMs += 20 * HOUR_MS;
  await source.put([{ id: "a", n: 2, kind: "document" }]);
  passedMs += 5 * HOUR_MS;

  installation.startWorker();
  await installation.client.redrives.create({ dataset });
  expect((await waitUntilSettled(installation, dataset, STEP_SECONDS)).datasetStatus).toBe("ERRORED");
  const [parent] = await tasks();
  expect(parent!.lastError).toMatchObject({ code: "POSITION_EXPIRED" });

  await installation.client.redrives.create({ dataset, policy: "RESTART_FROM_BEGINNING" });
  const isChildRead = async () => (await tasks())[1]?.taskProgress.recordsRead || null;
  await waitFor(isChildRead, STEP_SECONDS, "the child to be read");
  await installation.client.stops.create({ dataset, moveStoppedTasksTo: "COMPLETE" });
  const view = await waitUntilSettled(installation, dataset, STEP_SECONDS);
  expect({ status: view.datasetStatus, balanced: view.balanced }).toEqual({ status: "COMPLETED", balanced: true });
  // What the parent had written is older than a day, and gone from the target, too.
  expect(await readStreamIds(installation, view)).toEqual(["a/2"]);
  const { items: lines } = await installation.client.logs.list({ dataset, limit: 500 });
  const warnings = lines.filter(({ level, message }) => level === "WARN" && message.includes("no longer there"));
  expect(warnings.map(({ taskId }) => taskId)).toEqual([parent!.taskId]);
  expect(warnings[0]!.message).toContain(String(parent!.readerDefinition.shardId));
});
