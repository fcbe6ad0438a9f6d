import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { datasetJson, readOutputLines, waitFor, waitUntilSettled } from "../installation/dataset-run.ts";
import { startTestInstallation, type TestInstallation, testBuckets } from "../installation/start-installation.ts";

const handlers = join(import.meta.dirname, "../../fixtures/handlers");
const dataset = "Updated";
let installation: TestInstallation;

beforeAll(async () => {
  installation = await startTestInstallation();
  await installation.putHandler("old", join(handlers, "numbered-lines"));
  await installation.putHandler("new", join(handlers, "misbehaving"));
  await installation.putObject(testBuckets.code, "broken.zip", "no archive");
  // No numbered line, but a line of the misbehaving handler: only the new code can read it.
  await installation.putObject(testBuckets.data, "lines.jsonl", '{"id":"one","do":"document"}\n');
  installation.startWorker();
  const config = datasetJson(installation, {
    name: dataset,
    handler: "old.zip",
    keys: ["lines.jsonl", "missing.jsonl"],
  });
  await installation.client.datasets.create(config);
  const view = await waitUntilSettled(installation, dataset, 180);
  expect(view.datasetStatus).toBe("ERRORED");
});
afterAll(() => installation?.stop());

async function ended(requestId: string) {
  return waitFor(
    async () => {
      const request = await installation.client.requests.view({ dataset, requestId });
      return request.status === "SUCCEEDED" || request.status === "FAILED" ? request : null;
    },
    180,
    `request ${requestId}`,
  );
}

test("an update that fails keeps the old version and says why", async () => {
  const artifactFileS3Link = `s3://${testBuckets.code}/broken.zip`;
  const { request } = await installation.client.datasets.updateCode({ dataset, artifactFileS3Link });
  const { status, result } = await ended(request!.requestId);
  expect({ status, code: result?.code }).toEqual({ status: "FAILED", code: "ARTIFACT_INVALID" });
  const view = await installation.client.datasets.view({ dataset });
  expect(view).toMatchObject({ datasetStatus: "ERRORED", codeVersion: 1, statusReason: { code: "ARTIFACT_INVALID" } });
  expect((await installation.client.datasets.listConfigRevisions({ dataset })).items).toHaveLength(1);
});

test("new code is shown before it is taken, is a revision of its own, and runs from the next attempt", async () => {
  const artifactFileS3Link = `s3://${testBuckets.code}/new.zip`;
  const proposed = await installation.client.datasets.updateCode({ dataset, artifactFileS3Link, dryRun: true });
  expect(proposed.request).toBeNull();
  expect(proposed.changes).toMatchObject([
    { path: "readConnector.artifactFileS3Link", before: `s3://${testBuckets.code}/old.zip`, after: artifactFileS3Link },
  ]);
  const { request } = await installation.client.datasets.updateCode({ dataset, artifactFileS3Link });
  expect(await ended(request!.requestId)).toMatchObject({ status: "SUCCEEDED", result: { codeVersion: 2 } });
  const between = await installation.client.datasets.compareRevisions({ dataset, from: 1, to: 2 });
  expect(between.changes).toEqual(proposed.changes);

  await installation.putObject(testBuckets.data, "missing.jsonl", '{"id":"two","do":"document"}\n');
  await installation.client.redrives.create({ dataset });
  const view = await waitUntilSettled(installation, dataset, 180);
  expect(view).toMatchObject({ datasetStatus: "COMPLETED", codeVersion: 2 });
  const ids = (await readOutputLines(installation, dataset)).map(({ id }) => id);
  expect(ids).toContain("two");
});

test("the compute engine changes without new code; what it cannot change is refused with its path", async () => {
  const { request, changes } = await installation.client.datasets.updateCompute({
    dataset,
    computeEngine: { concurrency: 7, memoryLimitInMegabytes: 1024 },
  });
  expect(changes.map(({ path }) => path)).toEqual([
    "computeEngine.concurrency",
    "computeEngine.memoryLimitInMegabytes",
  ]);
  expect(await ended(request!.requestId)).toMatchObject({ status: "SUCCEEDED" });
  const view = await installation.client.datasets.view({ dataset });
  expect(view).toMatchObject({ codeVersion: 2, config: { computeEngine: { concurrency: 7 } } });
  expect((await installation.client.datasets.listConfigRevisions({ dataset })).items).toHaveLength(3);

  const elsewhere = installation.client.datasets.updateCompute({ dataset, computeEngine: { region: "eu-west-1" } });
  await expect(elsewhere).rejects.toMatchObject({
    code: "REQUEST_INVALID",
    errors: [expect.objectContaining({ path: "computeEngine.region" })],
  });
});
