import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { waitUntilSettled } from "../installation/dataset-run.ts";
import { startTestInstallation, type TestInstallation, testBuckets } from "../installation/start-installation.ts";
import { createSparkDataset, type SparkShape, writtenBelow } from "./spark-dataset.ts";

let installation: TestInstallation;
beforeAll(async () => {
  installation = await startTestInstallation();
  await installation.putHandler("spark-words", join(import.meta.dirname, "../../fixtures/handlers/spark-words"));
  installation.startWorker();
});
afterAll(() => installation?.stop());

async function run(shape: SparkShape) {
  const dataset = await createSparkDataset(installation, shape);
  const view = await waitUntilSettled(installation, dataset, 120);
  const { items } = await installation.client.tasks.list({ dataset, limit: 50 });
  return { dataset, view, tasks: items };
}
const files = { "a.txt": "one two two\nthree", "b.txt": "two three" };

test("mappers and a reducer", async () => {
  const { view, tasks } = await run({ name: "Words", steps: "MAPPER_AND_REDUCER", files });
  expect(view.datasetStatus, JSON.stringify([view.statusReason, tasks.map((t) => t.lastError)])).toBe("COMPLETED");
  console.log(await writtenBelow(installation, testBuckets.output, "out/Words/"));
});
