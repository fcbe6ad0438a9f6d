import { afterAll, beforeAll, expect, test } from "vitest";
import { waitFor, waitUntilSettled } from "../installation/dataset-run.ts";
import { startTestInstallation, type TestInstallation } from "../installation/start-installation.ts";
import { watchLeaseEnd } from "./lease-end.ts";
import { createNumberedDataset, putNumberedLinesHandler } from "./numbered-dataset.ts";
import { makeNumberedFiles } from "./numbered-lines.ts";
import { expectExactOutcome } from "./outcome.ts";
import { createRandom, faultSeed } from "./random.ts";
import { attemptRows, isHeldBy, taskRows } from "./task-rows.ts";

const LEASE_SECONDS = 12;
/** Workers look each second; a machine may stand still for a while. Less than another lease. */
const NOTICED_SECONDS = 11;

let installation: TestInstallation;
beforeAll(async () => {
  installation = await startTestInstallation();
  await putNumberedLinesHandler(installation);
});
afterAll(() => installation?.stop());

test("a killed worker's task is taken back as soon as the default lease of 12 s is over, and a second worker goes on with it", async () => {
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
  holder.kill("SIGKILL");
  await holder.ended();
  const lease = await watchLeaseEnd(installation.database, before.id, holder);
  expect(lease.secondsLeft).toBeLessThanOrEqual(LEASE_SECONDS);

  const view = await waitUntilSettled(installation, dataset, 120);
  expect(view.datasetStatus).toBe("COMPLETED");
  const attempts = await attemptRows(installation.database, dataset);
  expect(attempts.map(({ outcome }) => outcome)).toEqual(["LEASE_EXPIRED", "COMPLETED"]);
  const [lost, next] = [attempts[0]!, attempts[1]!];
  expect(isHeldBy(next, other)).toBe(true);
  const takenBack = secondsBetween(lease.endedAt, lost.ended_at!);
  const takenOver = secondsBetween(lost.ended_at!, next.started_at);
  const { duplicates } = await expectExactOutcome(installation, dataset, files);
  console.log(
    `seed ${seed}: of the lease were left ${lease.secondsLeft.toFixed(1)} s, taken back ${takenBack.toFixed(1)} s behind its end, ` +
      `taken over ${takenOver.toFixed(1)} s later, ${duplicates} documents twice`,
  );
  for (const seconds of [takenBack, takenOver]) {
    expect(seconds).toBeGreaterThanOrEqual(0);
    expect(seconds).toBeLessThan(NOTICED_SECONDS);
  }
});

const secondsBetween = (from: Date, to: Date): number => (to.getTime() - from.getTime()) / 1_000;
