import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { waitUntilSettled } from "../installation/dataset-run.ts";
import { startTestInstallation, type TestInstallation } from "../installation/start-installation.ts";
import { makeCustomersResources, recordIds } from "./customers-resources.ts";
import { datasetWithExactRole, type ExactJob } from "./dataset-with-exact-role.ts";

const handler = "every-source";
const SETTLE_SECONDS = 180;
const good = recordIds.filter((id) => !id.startsWith("bad")).length;

let installation: TestInstallation;
beforeAll(async () => {
  installation = await startTestInstallation();
  await installation.putHandler(handler, join(import.meta.dirname, "../../fixtures/handlers", handler));
  installation.startWorker({ LETSDATA_TASK_SLOTS: "6" });
});
afterAll(() => installation?.stop());

test("a dataset over every source and every target of a customer runs to the end with exactly the generated policy", async () => {
  const { sources, targets } = await makeCustomersResources(installation);
  const jobs: ExactJob[] = [
    ...Object.entries(sources).map(([name, source]) => ({
      name: `From${name}`,
      handler: `${handler}.zip`,
      ...source,
      write: targets.S3,
    })),
    ...Object.entries(targets)
      .slice(1)
      .map(([name, write]) => ({
        name: `To${name.replaceAll(/\W|_/g, "")}`,
        handler: `${handler}.zip`,
        ...sources.S3,
        write,
      })),
  ];
  const views = await Promise.all(
    jobs.map(async (job) => {
      const { datasetId } = await installation.client.datasets.create(await datasetWithExactRole(installation, job));
      return waitUntilSettled(installation, datasetId, SETTLE_SECONDS);
    }),
  );
  const told = views.map(({ datasetName, datasetStatus, statusReason, counts }) => ({
    datasetName,
    datasetStatus,
    reason: datasetStatus === "COMPLETED" ? null : JSON.stringify(statusReason),
    counts: [counts.recordsRead, counts.documentsWritten, counts.recordsErrored],
  }));
  expect(told).toEqual(
    jobs.map(({ name }) => ({
      datasetName: name,
      datasetStatus: "COMPLETED",
      reason: null,
      counts: [recordIds.length, good, recordIds.length - good],
    })),
  );
});
