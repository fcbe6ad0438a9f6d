import { join } from "node:path";
import { S3Client } from "@aws-sdk/client-s3";
import { clientFor } from "@letsdata/aws/client-for";
import { afterAll, beforeAll, expect, test } from "vitest";
import { attemptRows } from "../faults/task-rows.ts";
import { waitFor, waitUntilSettled } from "../installation/dataset-run.ts";
import { startTestInstallation, type TestInstallation, testBuckets } from "../installation/start-installation.ts";
import { createSparkDataset, textsBelow, writtenBelow } from "./spark-dataset.ts";

let installation: TestInstallation;
beforeAll(async () => {
  installation = await startTestInstallation();
  await installation.putHandler("spark-words", join(import.meta.dirname, "../../fixtures/handlers/spark-words"));
});
afterAll(() => installation?.stop());

test("a mapper whose worker is killed starts over on another one, its output is overwritten, and the dataset completes", async () => {
  // Under the default lease: a shorter one might run out under a worker that lives, on a machine that starts a JVM slowly.
  const doomed = installation.startWorker();
  const dataset = await createSparkDataset(installation, {
    name: "TakenOver",
    steps: "MAPPER_AND_REDUCER",
    files: { "slow.txt": "!draft\none two" },
  });
  const ours = clientFor(S3Client, installation.ours);
  const written = () => textsBelow({ s3: ours }, `tldim${dataset}`, "TakenOver/");
  const ifThere = (texts: ReadonlyMap<string, string>) => (texts.size > 0 ? texts : null);
  const draft = await waitFor(() => written().then(ifThere, () => null), 180, "the mapper to write");
  expect([...draft.values()].map((text) => JSON.parse(text).counts)).toEqual([{ draft: 1 }]);
  const { items } = await installation.client.tasks.list({ dataset, limit: 10 });
  doomed.kill("SIGKILL");
  await doomed.ended();
  installation.startWorker();

  const view = await waitUntilSettled(installation, dataset, 300);
  expect(view.datasetStatus, JSON.stringify(view.statusReason)).toBe("COMPLETED");
  const rows = await attemptRows(installation.database, dataset);
  const mapper = rows.filter(({ task_id }) => task_id === items[0]!.taskId);
  expect(mapper.map(({ outcome }) => outcome)).toEqual(["LEASE_EXPIRED", "COMPLETED"]);
  expect([...(await written()).keys()]).toEqual([...draft.keys()]);
  const [total] = await writtenBelow(installation, testBuckets.output, "out/TakenOver/");
  expect(total?.counts).toEqual({ one: 1, two: 1 });
});
