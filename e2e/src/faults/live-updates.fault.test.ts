import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestInstallation, type TestInstallation } from "../installation/start-installation.ts";
import { createNumberedDataset, putNumberedLinesHandler } from "./numbered-dataset.ts";
import { makeNumberedFiles } from "./numbered-lines.ts";
import { createRandom, faultSeed } from "./random.ts";

const FOLLOWED_SECONDS = 120;

let installation: TestInstallation;
beforeAll(async () => {
  installation = await startTestInstallation();
  await putNumberedLinesHandler(installation);
});
afterAll(() => installation?.stop());

test("whoever follows a dataset sees it through PostgreSQL's death to its end, without asking again", async () => {
  const files = makeNumberedFiles(createRandom(faultSeed()), {
    prefix: "followed",
    files: 2,
    linesPerFile: 4_000,
    waitEvery: 2,
  });
  installation.startWorker();
  const dataset = await createNumberedDataset(installation, {
    name: "Followed",
    files,
    target: "KINESIS",
    concurrency: 2,
  });
  const signal = AbortSignal.timeout(FOLLOWED_SECONDS * 1_000);
  const events = await installation.client.events.ofDataset({ dataset }, { signal });
  let recordsAtDeath: number | null = null;
  let eventsAfter = 0;
  let last = "";
  for await (const event of events) {
    if (event.type !== "snapshot") throw new Error("the dataset is gone");
    const { datasetStatus, counts } = event.dataset;
    if (recordsAtDeath !== null) eventsAfter += 1;
    else if (counts.recordsRead > 0) {
      recordsAtDeath = counts.recordsRead;
      const postgres = installation.postgres();
      process.kill(postgres.pid, "SIGKILL");
      await postgres.exited;
      await installation.restartPostgres();
    }
    last = datasetStatus;
    if (last === "COMPLETED") {
      expect(counts.recordsRead).toBe(files.documents.size + files.skips + files.errors.size);
      break;
    }
  }
  expect(last).toBe("COMPLETED");
  expect(recordsAtDeath).toBeGreaterThan(0);
  console.log(`PostgreSQL died after ${recordsAtDeath} records; ${eventsAfter} events followed`);
  expect(eventsAfter).toBeGreaterThan(0);
});
