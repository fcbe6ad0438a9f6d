import { CreateBucketCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { DescribeEndpointCommand, SageMakerClient } from "@aws-sdk/client-sagemaker";
import { connectorPermissions } from "@letsdata/access/permission-source";
import { clientFor } from "@letsdata/aws/client-for";
import { getDatasetById, transitionDataset } from "@letsdata/database/stores/dataset-store";
import { listLogLines } from "@letsdata/database/stores/log-store";
import { requestById } from "@letsdata/database/stores/request-store";
import { settleDatasets } from "@letsdata/database/stores/settle-datasets";
import { createTry } from "@letsdata/database/stores/try-store";
import { processingDataset, sampleDataset } from "@letsdata/database/testing/sample-rows";
import { generatedNames } from "@letsdata/dataset/names";
import { Problem } from "@letsdata/plugin-kit/problems";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { openWorkerBench, type WorkerBench } from "../testing/worker-bench.ts";
import { giveUpLostJobs } from "./give-up-lost-jobs.ts";

let bench: WorkerBench;
beforeAll(async () => {
  bench = await openWorkerBench();
  const s3 = clientFor(S3Client, bench.cloud.installation);
  const CreateBucketConfiguration = { LocationConstraint: "eu-west-1" } as const;
  await s3.send(new CreateBucketCommand({ Bucket: "public", CreateBucketConfiguration }));
  for (const Key of ["code.zip", "a"]) await s3.send(new PutObjectCommand({ Bucket: "public", Key, Body: "x" }));
});
afterAll(() => bench?.close());
beforeEach(() => {
  bench.watchCalls(async () => undefined);
  bench.watchArtifacts(async () => {});
  bench.lostJobs.length = 0;
  bench.enqueued.length = 0;
});

const HOUR_MS = 60 * 60_000;
const now = async (datasetId: string) => (await getDatasetById(bench.database, datasetId))!;
const outage = async () => {
  throw new Problem("CLOUD_UNAVAILABLE", "S3 does not answer.");
};
const refused = async () => {
  throw new Problem("ACCESS_DENIED", "The code may not be read.");
};
const lastTry = { isLastTry: true };

async function ended(): Promise<string> {
  const { datasetId } = await processingDataset(bench.database, bench.tenantId, { tasks: 1 });
  await bench.configure({ datasetId });
  await bench.database.dataset.update({ where: { id: datasetId }, data: { status: "ERRORED" } });
  return datasetId;
}

describe("an update", () => {
  async function ask() {
    const datasetId = await ended();
    await transitionDataset(bench.database, datasetId, "update");
    const request = await bench.ask(datasetId, "updateCode", { config: (await now(datasetId)).config });
    // Long ago: what was asked for may have waited in the queue, or have taken its time.
    const createdAt = new Date(Date.now() - HOUR_MS);
    await bench.database.request.update({ where: { id: request.requestId }, data: { createdAt } });
    return { datasetId, request: { ...request, createdAt: createdAt.getTime() } };
  }

  test("that meets an outage is repeated, however long ago it was asked for", async () => {
    const { datasetId, request } = await ask();
    bench.watchArtifacts(outage);
    await expect(bench.carryOut(request)).rejects.toMatchObject({ code: "CLOUD_UNAVAILABLE" });
    expect((await now(datasetId)).status).toBe("UPDATING");
    bench.watchArtifacts(async () => {});
    expect(await bench.carryOut(request)).toMatchObject({ status: "SUCCEEDED", result: { codeVersion: 2 } });
    expect(await now(datasetId)).toMatchObject({ status: "ERRORED", codeVersion: 2 });
  });

  test("whose outage outlasts the queue's tries has failed, and no repetition says anything else", async () => {
    const { datasetId, request } = await ask();
    bench.watchArtifacts(outage);
    const failed = { status: "FAILED", result: { code: "CLOUD_UNAVAILABLE" } };
    expect(await bench.carryOut(request, lastTry)).toMatchObject(failed);
    const message = "The update failed, everything stays as it was: S3 does not answer.";
    const asBefore = { status: "ERRORED", codeVersion: 1, statusReason: { code: "CLOUD_UNAVAILABLE", message } };
    expect(await now(datasetId)).toMatchObject(asBefore);
    bench.watchArtifacts(async () => {});
    expect(await bench.carryOut(request)).toMatchObject(failed);
    expect(await now(datasetId)).toMatchObject(asBefore);
    const { items } = await listLogLines(bench.database, { tenantId: bench.tenantId, datasetId, limit: 10 });
    expect(items.filter((line) => line.level === "ERROR").map((line) => line.message)).toEqual([message]);
  });

  test("that is refused has failed at once, with the dataset as it was", async () => {
    const { datasetId, request } = await ask();
    bench.watchArtifacts(refused);
    expect(await bench.carryOut(request)).toMatchObject({ status: "FAILED", result: { code: "ACCESS_DENIED" } });
    expect(await now(datasetId)).toMatchObject({
      status: "ERRORED",
      codeVersion: 1,
      statusReason: { message: expect.stringContaining("The update failed, everything stays as it was") },
    });
  });

  test("that two workers carry out at once is one update, and SUCCEEDED stays", async () => {
    const { datasetId, request } = await ask();
    let first: Promise<unknown> | undefined;
    bench.watchArtifacts(async () => {
      if (first) return;
      first = bench.carryOut(request);
      await first;
    });
    expect(await bench.carryOut(request)).toMatchObject({ status: "SUCCEEDED", result: { codeVersion: 2 } });
    expect(await now(datasetId)).toMatchObject({ status: "ERRORED", codeVersion: 2, statusReason: null });
  });
});

describe("a redrive of a dataset whose initialisation failed", () => {
  async function ask() {
    const { datasetId } = await sampleDataset(bench.database, bench.tenantId);
    await bench.configure({ datasetId });
    bench.watchArtifacts(refused);
    await bench.initialise(datasetId);
    expect(await now(datasetId)).toMatchObject({ status: "ERRORED", isPlanned: false });
    await transitionDataset(bench.database, datasetId, "redrive");
    return { datasetId, request: await bench.ask(datasetId, "redrive", { policy: "RESUME_FROM_CHECKPOINT" }) };
  }

  test("initialises it", async () => {
    const { datasetId, request } = await ask();
    bench.watchArtifacts(async () => {});
    expect(await bench.carryOut(request)).toMatchObject({ status: "SUCCEEDED", result: { initialised: true } });
    expect(await now(datasetId)).toMatchObject({ status: "PROCESSING", tasks: { totalTasks: 1 } });
  });

  test("fails with the dataset where the initialisation fails again, and for the same reason", async () => {
    const { datasetId, request } = await ask();
    expect(await bench.carryOut(request)).toMatchObject({
      status: "FAILED",
      result: { code: "ACCESS_DENIED", errors: [{ path: "readConnector.artifactFileS3Link", code: "ACCESS_DENIED" }] },
    });
    expect(await now(datasetId)).toMatchObject({ status: "ERRORED", statusReason: { code: "ACCESS_DENIED" } });
  });

  test("waits for the end of an outage as long as the queue tries, and fails with its last try", async () => {
    const { datasetId, request } = await ask();
    bench.watchArtifacts(outage);
    await bench.database.datasetRun.updateMany({ where: { datasetId }, data: { startedAt: new Date(0) } });
    await expect(bench.carryOut(request)).rejects.toMatchObject({ code: "CLOUD_UNAVAILABLE" });
    expect((await now(datasetId)).status).toBe("REDRIVING");
    const failed = { status: "FAILED", result: { code: "CLOUD_UNAVAILABLE" } };
    expect(await bench.carryOut(request, lastTry)).toMatchObject(failed);
    expect((await now(datasetId)).status).toBe("ERRORED");
  });

  test("says so where somebody stopped it meanwhile", async () => {
    const { datasetId, request } = await ask();
    bench.watchArtifacts(async () => {
      await transitionDataset(bench.database, datasetId, "stopWithError");
      await settleDatasets(bench.database);
    });
    expect(await bench.carryOut(request)).toMatchObject({
      status: "FAILED",
      result: { code: "TRANSITION_NOT_ALLOWED", message: expect.stringContaining("was stopped before") },
    });
    expect((await now(datasetId)).status).toBe("ERRORED");
  });
});

test("an endpoint that a redrive makes again behind the deletion of its dataset does not stay", async () => {
  const { customer, installation } = bench.cloud;
  const CreateBucketConfiguration = { LocationConstraint: "eu-west-1" } as const;
  const s3 = clientFor(S3Client, customer);
  await s3.send(new CreateBucketCommand({ Bucket: "models", CreateBucketConfiguration }));
  await s3.send(new PutObjectCommand({ Bucket: "models", Key: "m.tar.gz", Body: "the model" }));
  const modelUrl = "s3://models/m.tar.gz";
  await bench.cloud.grant("granted", connectorPermissions.objectPermissions(modelUrl, "model"));
  const { datasetId } = await processingDataset(bench.database, bench.tenantId, { tasks: 1 });
  await bench.configure(
    { datasetId },
    {
      computeEngine: {
        computeEngineType: "LAMBDA_AND_SAGEMAKER",
        model: { modelUrl, modelContainerImageName: "HuggingFace_Inference_4_12_3" },
        endpoint: {
          sagemakerEndpointResourceLocation: "LetsData",
          sagemakerEndpointType: "Serverless",
          sagemakerServerless: { sagemakerEndpointConcurrency: 1, sagemakerMemoryLimitInMegabytes: 2048 },
        },
      },
    },
  );
  await transitionDataset(bench.database, datasetId, "redrive");
  const request = await bench.ask(datasetId, "redrive", { policy: "RESUME_FROM_CHECKPOINT" });
  let deleted: string | undefined;
  bench.watchCalls(async (call) => {
    if (call !== "CreateEndpoint" || deleted) return undefined;
    await transitionDataset(bench.database, datasetId, "settledErrors");
    await transitionDataset(bench.database, datasetId, "delete");
    deleted = (await bench.carryOut(await bench.ask(datasetId, "delete", { type: "DELETE" }))).status;
    return undefined;
  });
  expect(await bench.carryOut(request)).toMatchObject({
    status: "FAILED",
    result: { code: "TRANSITION_NOT_ALLOWED", message: expect.stringContaining("DELETED") },
  });
  expect(deleted).toBe("SUCCEEDED");
  const EndpointName = generatedNames("Test", datasetId).endpoint;
  const look = clientFor(SageMakerClient, installation).send(new DescribeEndpointCommand({ EndpointName }));
  await expect(look).rejects.toThrow("Could not find endpoint");
});

describe("the initialisation of a created dataset", () => {
  test("waits for the end of an outage as long as the queue tries, however long it waited for its own begin", async () => {
    const { datasetId } = await sampleDataset(bench.database, bench.tenantId);
    await bench.configure({ datasetId });
    await bench.database.dataset.update({ where: { id: datasetId }, data: { createdAt: new Date(0) } });
    await transitionDataset(bench.database, datasetId, "initialise");
    await bench.database.datasetRun.updateMany({ where: { datasetId }, data: { startedAt: new Date(0) } });
    bench.watchArtifacts(outage);
    await expect(bench.initialise(datasetId)).rejects.toMatchObject({ code: "CLOUD_UNAVAILABLE" });
    expect((await now(datasetId)).status).toBe("INITIALIZING");
    await bench.initialise(datasetId, lastTry);
    expect(await now(datasetId)).toMatchObject({ status: "ERRORED", statusReason: { code: "CLOUD_UNAVAILABLE" } });
  });

  test("goes on with the plan of the one before, though the database sorted the configuration meanwhile", async () => {
    const { datasetId } = await sampleDataset(bench.database, bench.tenantId);
    await bench.configure({ datasetId });
    const planOf = async () => (await bench.database.datasetProgress.findUniqueOrThrow({ where: { datasetId } })).plan;
    await bench.initialise(datasetId);
    const plan = await planOf();
    expect(plan).toEqual(expect.any(String));
    // As if it had ended before the plan was whole.
    await bench.database.dataset.update({ where: { id: datasetId }, data: { status: "INITIALIZING" } });
    await bench.database.datasetProgress.update({ where: { datasetId }, data: { plannedAt: null } });
    await bench.initialise(datasetId);
    expect(await planOf()).toBe(plan);
  });
});

describe("a job that was lost with its worker at its last try", () => {
  const giveUp = () => giveUpLostJobs(bench.jobs, bench.dependencies);
  const lost = { code: "INTERNAL", message: expect.stringContaining("Each worker that took this up was lost") };

  test("frees its dataset and fails its request; what is still carried out is left alone", async () => {
    const [datasetId, other] = [await ended(), await ended()];
    const ask = async (id: string) => {
      await transitionDataset(bench.database, id, "update");
      return bench.ask(id, "updateCode", { config: (await now(id)).config });
    };
    const [request, running] = [await ask(datasetId), await ask(other)];
    bench.lostJobs.push({ requestId: request.requestId });
    await giveUp();
    expect(await requestById(bench.database, request.requestId)).toMatchObject({ status: "FAILED", result: lost });
    expect(await now(datasetId)).toMatchObject({ status: "ERRORED", codeVersion: 1 });
    expect(await requestById(bench.database, running.requestId)).toMatchObject({ status: "PENDING" });
    expect((await now(other)).status).toBe("UPDATING");
    await bench.carryOut(running);
  });

  test("is none of a trial's, which ends by itself", async () => {
    const trial = await createTry(bench.database, { tenantId: bench.tenantId, userId: "u", input: {} });
    bench.lostJobs.push({ requestId: trial.requestId });
    await giveUp();
    expect(await requestById(bench.database, trial.requestId)).toMatchObject({ status: "PENDING" });
  });

  test("has ended its request where the request says so, and nothing else is done", async () => {
    const datasetId = await ended();
    await transitionDataset(bench.database, datasetId, "update");
    const request = await bench.ask(datasetId, "updateCode", { config: (await now(datasetId)).config });
    bench.lostJobs.push({ requestId: request.requestId });
    await bench.carryOut(request);
    await giveUp();
    expect(await requestById(bench.database, request.requestId)).toMatchObject({ status: "SUCCEEDED" });
  });

  test("is another one in an hour where it released a dataset", async () => {
    const datasetId = await ended();
    await transitionDataset(bench.database, datasetId, "delete");
    const { requestId } = await bench.ask(datasetId, "delete", { type: "DELETE" });
    bench.lostJobs.push({ requestId });
    await giveUp();
    const data = { requestId, datasetId };
    expect(bench.enqueued).toEqual([{ name: "carry-out-request", data, startAfterSeconds: 3_600 }]);
  });

  test("ends the initialisation it was, which a redrive repeats", async () => {
    const [created, begun, planned] = await Promise.all(
      [1, 2, 3].map(async () => (await sampleDataset(bench.database, bench.tenantId)).datasetId),
    );
    for (const datasetId of [created!, begun!, planned!]) bench.lostJobs.push({ datasetId });
    await transitionDataset(bench.database, begun!, "initialise");
    await bench.configure({ datasetId: planned! });
    await bench.initialise(planned!);
    await giveUp();
    for (const datasetId of [created!, begun!])
      expect(await now(datasetId)).toMatchObject({ status: "ERRORED", isPlanned: false, statusReason: lost });
    expect((await now(planned!)).status).toBe("PROCESSING");
  });
});
