import { afterAll, beforeAll, expect, test } from "vitest";
import { expectUsageToEqualCounts } from "../faults/books.ts";
import { createNumberedDataset, putNumberedLinesHandler } from "../faults/numbered-dataset.ts";
import { makeNumberedFiles } from "../faults/numbered-lines.ts";
import { allTasks } from "../faults/outcome.ts";
import { createRandom } from "../faults/random.ts";
import { waitFor, waitUntilSettled } from "../installation/dataset-run.ts";
import { startTestInstallation, type TestInstallation } from "../installation/start-installation.ts";

let installation: TestInstallation;

beforeAll(async () => {
  installation = await startTestInstallation();
  await putNumberedLinesHandler(installation);
  installation.startWorker();
});
afterAll(() => installation?.stop());

test("logs, charts and usage tell of a dataset that ran, as its numbers say", async () => {
  const files = makeNumberedFiles(createRandom(1), { prefix: "told", files: 3, linesPerFile: 200, waitEvery: 1000 });
  const dataset = await createNumberedDataset(installation, { name: "Told", files, target: "S3", concurrency: 2 });
  const view = await waitUntilSettled(installation, dataset, 120);
  expect(view.datasetStatus).toBe("COMPLETED");

  const said = await waitFor(
    async () => {
      const { items } = await installation.client.logs.list({ dataset, limit: 500 });
      const lines = items.filter(({ source }) => source === "ENGINE");
      // That an attempt ended is written when the task is settled already.
      return lines.filter(({ message }) => /ended after .* the task is COMPLETED/.test(message)).length === 3
        ? lines
        : null;
    },
    30,
    "three lines that tell of the end of an attempt",
  );
  expect(said.filter(({ message }) => /^Attempt 1 starts from the beginning, reading /.test(message))).toHaveLength(3);
  const steps = said.filter(({ taskId }) => taskId === null).map(({ message }) => message);
  expect(steps).toEqual(expect.arrayContaining(["Load the handler", "Initialised: 3 tasks are planned."]));

  const to = Date.now() + 60_000;
  const samplesOf = async (chart: "taskSuccess" | "taskLatency") => {
    const { series } = await installation.client.metrics.view({ dataset, chart, from: to - 3_600_000, to });
    return series[0]!.points.reduce((sum, { samples }) => sum + samples, 0);
  };
  expect([await samplesOf("taskSuccess"), await samplesOf("taskLatency")]).toEqual([3, 3]);

  const usageNow = async () => (await installation.client.usage.listOfDataset({ dataset, limit: 500 })).items;
  const dimensions = async () => (await usageNow()).map(({ meteringDimension }) => meteringDimension);
  const soon = { timeout: 30_000 };
  const byTheHour = ["ReadRequests", "WriteRequests", "Checkpoints", "LogBytes", "MetricPoints"];
  await expect.poll(dimensions, soon).toEqual(expect.arrayContaining(byTheHour));
  await expectUsageToEqualCounts(installation, view, await allTasks(installation, dataset));
});
