import { afterAll, beforeAll, expect, test } from "vitest";
import { waitFor, waitUntilSettled } from "../installation/dataset-run.ts";
import { startTestInstallation, type TestInstallation } from "../installation/start-installation.ts";
import { createNumberedDataset, putNumberedLinesHandler } from "./numbered-dataset.ts";
import { makeNumberedFiles } from "./numbered-lines.ts";
import { expectExactOutcome } from "./outcome.ts";
import { createRandom, faultSeed } from "./random.ts";
import { attemptRows, isHeldBy, taskRows } from "./task-rows.ts";

const TAKEN_OVER_SECONDS = 15;

let installation: TestInstallation;
beforeAll(async () => {
  installation = await startTestInstallation();
  await putNumberedLinesHandler(installation);
});
afterAll(() => installation?.stop());

test("a second worker goes on with a killed worker's task within 15 s under the default lease", async () => {
  const seed = faultSeed();
  const random = createRandom(seed);
  const files = makeNumberedFiles(random, { prefix: "over", files: 1, linesPerFile: 6_000, waitEvery: 2 });
  const workers = [installation.startWorker(), installation.startWorker()];
  for (const worker of workers) {
    await waitFor(async () => (worker.output().includes("worker ready") ? true : null), 60, "the workers to be ready");
  }
  const dataset = await createNumberedDataset(installation, {
    name: "TakesOver",
    files,
    target: "KINESIS",
    concurrency: 1,
  });
  const before = await waitFor(
    async () => {
      const [task] = await taskRows(installation.database, dataset);
      return task && task.status === "RUNNING" && task.records_read > 0n ? task : null;
    },
    60,
    "the first checkpoint",
  );
  const [holder, other] = isHeldBy(before, workers[0]!) ? [workers[0]!, workers[1]!] : [workers[1]!, workers[0]!];
  expect(isHeldBy(before, holder)).toBe(true);
  const killedAt = Date.now();
  holder.kill("SIGKILL");
  await holder.ended();

  const view = await waitUntilSettled(installation, dataset, 60);
  expect(view.datasetStatus).toBe("COMPLETED");
  const attempts = await attemptRows(installation.database, dataset);
  expect(attempts.map(({ outcome }) => outcome)).toEqual(["LEASE_EXPIRED", "COMPLETED"]);
  const next = attempts[1]!;
  expect(isHeldBy(next, other)).toBe(true);
  const seconds = (next.started_at.getTime() - killedAt) / 1_000;
  const { duplicates } = await expectExactOutcome(installation, dataset, files);
  console.log(`seed ${seed}: taken over ${seconds.toFixed(1)} s after the kill, ${duplicates} documents twice`);
  expect(seconds).toBeLessThan(TAKEN_OVER_SECONDS);
});
