import { readFileSync } from "node:fs";
import { join } from "node:path";
import { CreateBucketCommand, GetObjectCommand, ListBucketsCommand, S3Client } from "@aws-sdk/client-s3";
import { ListVectorsCommand, S3VectorsClient } from "@aws-sdk/client-s3vectors";
import {
  CreateEndpointCommand,
  DescribeEndpointCommand,
  DescribeEndpointConfigCommand,
  DescribeModelCommand,
  SageMakerClient,
} from "@aws-sdk/client-sagemaker";
import { clientFor } from "@letsdata/aws/client-for";
import { standInNotice } from "@letsdata/dataset/stand-in-notice";
import { jarOf } from "@letsdata/handlers/artifact/jar-of";
import { buildJavaArtifact } from "@letsdata/handlers/java/host-classes";
import { movieFiles } from "@letsdata/samples/public-data";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { datasetWithExactRole } from "../access/dataset-with-exact-role.ts";
import { waitFor, waitUntilSettled } from "../installation/dataset-run.ts";
import { startTestInstallation, type TestInstallation, testBuckets } from "../installation/start-installation.ts";
import { resultOfTrial } from "../try-first/trial-run.ts";

const repositoryDir = join(import.meta.dirname, "../../..");
const handlers = join(repositoryDir, "packages/handlers/src");
const SETTLE_SECONDS = 180;
const movies = "movies/part-00.jsonl.gz";

let installation: TestInstallation;
beforeAll(async () => {
  installation = await startTestInstallation();
  await installation.s3.send(new CreateBucketCommand({ Bucket: "exact-errors" }));
  await installation.putHandler("movies", join(repositoryDir, "samples/handlers/movies"));
  await installation.putHandler("python", join(handlers, "python/testing/artifact"));
  const jar = jarOf(await buildJavaArtifact(join(handlers, "java/testing/artifact")));
  await installation.putObject(testBuckets.code, "java.jar", readFileSync(jar));
  const file = (await movieFiles()).find(({ key }) => key === movies);
  await installation.putObject(testBuckets.data, movies, file!.body);
  await makeEndpoint("minilm");
  installation.startWorker();
});
afterEach(() => installation?.cloud.faults.clear());
afterAll(() => installation?.stop());

function makeEndpoint(EndpointName: string, tags: Readonly<Record<string, string>> = {}) {
  const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
  const made = new CreateEndpointCommand({ EndpointName, EndpointConfigName: "config", Tags });
  return clientFor(SageMakerClient, installation.customer).send(made);
}

const toS3 = { connectorDestination: "S3", bucketName: testBuckets.output, s3KeyPrefix: "out/" };
const toVectors = { connectorDestination: "S3_VECTORS", resourceLocation: "LetsData", numDimensions: 384 };

const yours = (sagemakerEndpointName: string) => ({
  endpoint: { sagemakerEndpointResourceLocation: "Customer", sagemakerEndpointName },
});
/** An endpoint of LetsData that serves the customer's model file. */
const ours = {
  model: {
    modelUrl: `s3://${testBuckets.code}/model.tar.gz`,
    modelContainerImageName: "HuggingFace_Inference_4_12_3",
    modelEnvironmentVariables: { SAGEMAKER_PROGRAM: "inference.py" },
  },
  endpoint: {
    sagemakerEndpointResourceLocation: "LetsData",
    sagemakerEndpointType: "Serverless",
    sagemakerServerless: { sagemakerEndpointConcurrency: 10, sagemakerMemoryLimitInMegabytes: 4096 },
  },
};

interface VectorsJob {
  readonly name: string;
  readonly model?: Readonly<Record<string, unknown>>;
  readonly handler?: string;
  readonly read?: Readonly<Record<string, unknown>>;
  readonly key?: string;
  readonly write?: Readonly<Record<string, unknown>>;
  readonly without?: string;
}

/** A dataset whose role is exactly what was generated for it. */
function vectorsDataset(job: VectorsJob) {
  const { name, model = yours("minilm"), handler = "movies.zip", read, key = movies, write = toVectors, without } = job;
  return datasetWithExactRole(installation, {
    name,
    handler,
    read: { connectorDestination: "S3", readerType: "SINGLEFILEREADER", bucketName: testBuckets.data, ...read },
    manifest: { manifestType: "S3ReaderTextManifestFile", fileContents: key },
    write,
    engine: {
      computeEngineType: "LAMBDA_AND_SAGEMAKER",
      lambda: { lambdaConcurrency: 2, lambdaMemoryLimitInMegabytes: 512 },
      ...model,
    },
    ...(without === undefined ? {} : { without }),
  });
}

async function run(job: VectorsJob) {
  const { datasetId } = await installation.client.datasets.create(await vectorsDataset(job));
  return waitUntilSettled(installation, datasetId, SETTLE_SECONDS);
}

async function writtenVectors(view: Awaited<ReturnType<typeof run>>) {
  const index = view.resources.find(({ kind }) => kind.includes("index"));
  const names = view.config.writeConnector as { readonly vectorBucketName: string; readonly indexName: string };
  expect(index, JSON.stringify(view.resources)).toBeDefined();
  const vectors: {
    readonly key?: string | undefined;
    readonly numbers: readonly number[];
    readonly metadata: unknown;
  }[] = [];
  let nextToken: string | undefined;
  do {
    const page = await clientFor(S3VectorsClient, installation.ours).send(
      new ListVectorsCommand({ ...namesOf(names), returnData: true, returnMetadata: true, nextToken }),
    );
    for (const { key, data, metadata } of page.vectors ?? [])
      vectors.push({ key, numbers: data?.float32 ?? [], metadata });
    ({ nextToken } = page);
  } while (nextToken);
  return vectors;
}
const namesOf = ({ vectorBucketName, indexName }: { vectorBucketName: string; indexName: string }) => ({
  vectorBucketName,
  indexName,
});

test("the sample's movies become vectors with exactly the generated policy, though the endpoint is throttled and fails at first", async () => {
  for (const kind of ["throttle", "5xx"] as const)
    installation.cloud.faults.add({ kind, service: "sagemaker", action: "InvokeEndpoint", probability: 0.5, times: 8 });
  const view = await run({ name: "MoviesToVectors" });
  expect(view.datasetStatus, JSON.stringify(view.statusReason)).toBe("COMPLETED");
  const { recordsRead, documentsWritten, recordsSkipped, recordsErrored } = view.counts;
  expect(recordsRead).toBe(401);
  expect(recordsSkipped).toBeGreaterThan(0);
  expect(recordsErrored).toBeGreaterThan(0);
  expect(documentsWritten + recordsSkipped + recordsErrored).toBe(recordsRead);
  expect(view.computeEngine).toMatchObject({
    type: "LAMBDA_AND_SAGEMAKER",
    name: "minilm",
    resourceLocation: "Customer",
  });
  expect(view.computeNotice).toBe(standInNotice);

  const vectors = await writtenVectors(view);
  expect(new Set(vectors.map(({ key }) => key)).size).toBe(vectors.length);
  expect(vectors.length).toBeGreaterThan(documentsWritten * 0.95);
  for (const { numbers } of vectors) {
    expect(numbers).toHaveLength(384);
    expect(Math.hypot(...numbers)).toBeCloseTo(1, 3);
  }
  expect(vectors[0]?.metadata).toMatchObject({ title: expect.any(String), rating: expect.any(Number) });

  const chart = await installation.client.metrics.view({ dataset: view.datasetId, chart: "inference" });
  const total = (name: string) =>
    chart.series.find((series) => series.name === name)!.points.reduce((sum, { value }) => sum + (value ?? 0), 0);
  expect(total("Calls")).toBeGreaterThanOrEqual(Math.ceil(documentsWritten / 32));
  expect(total("Of them stand-ins")).toBe(total("Calls"));
});

test("a trial shows documents with their vectors, and says that they are stand-ins", async () => {
  const { records, failure, notices, estimate } = await resultOfTrial(
    installation,
    await vectorsDataset({ name: "TriedVectors", write: toS3 }),
  );
  expect(failure).toBeNull();
  expect(notices).toContain(standInNotice);
  expect(notices.filter((notice) => notice === standInNotice)).toHaveLength(1);
  const documents = records.filter(({ outcome }) => outcome === "document");
  expect(documents.length).toBeGreaterThan(0);
  expect(documents[0]?.document?.body.text).toContain('"vector":[');
  expect(documents[0]?.modelMilliseconds).toBeGreaterThan(0);
  expect(estimate.basis.join(" ")).toContain("The model took");
});

test("an endpoint that answers no vectors ends the task with what it answered", async () => {
  await makeEndpoint("broken", { "local-cloud:answer": '{"error":"no model loaded"}' });
  const view = await run({ name: "BrokenModel", model: yours("broken") });
  expect(view.datasetStatus).toBe("ERRORED");
  expect(view.counts.documentsWritten).toBe(0);
  const { items } = await installation.client.tasks.list({ dataset: view.datasetId });
  expect(items[0]?.lastError).toMatchObject({
    code: "INFERENCE_FAILED",
    message: expect.stringMatching(/^The endpoint broken answered an object of error without vectors for \d+ texts/),
  });
});

test("the endpoint's right is asked before anything runs, with the action to add", async () => {
  const view = await run({ name: "NoInvoke", without: "sagemaker:InvokeEndpoint" });
  expect(view.datasetStatus).toBe("ERRORED");
  expect(JSON.stringify(view.statusReason)).toContain("sagemaker:InvokeEndpoint");
});

test.each([
  ["Python", "python.zip", { artifactImplementationLanguage: "PYTHON" }],
  [
    "Java",
    "java.jar",
    {
      artifactImplementationLanguage: "JAVA",
      singleFileParserImplementationClassName: "com.acme.SingleFileParser",
      sagemakerVectorsInterfaceImplementationClassName: "com.acme.Vectors",
    },
  ],
])("vectors handlers in %s run to the end", async (language, handler, read) => {
  await installation.putObject(testBuckets.data, "in/one.log", "{a text of its own");
  const view = await run({ name: `VectorsIn${language}`, handler, read, key: "one.log", write: toVectors });
  expect(view.datasetStatus, JSON.stringify(view.statusReason)).toBe("COMPLETED");
  expect(view.counts).toMatchObject({ recordsRead: 1, documentsWritten: 1 });
  const [vector] = await writtenVectors(view);
  expect(vector?.key).toBe("{a text of its own");
  expect(vector?.numbers).toHaveLength(384);
});

test("an endpoint of LetsData is made with the dataset, serves it, is metered, and goes with it", async () => {
  await installation.putObject(testBuckets.code, "model.tar.gz", "a packed model");
  const view = await run({ name: "OurEndpoint", model: ours });
  expect(view.datasetStatus, JSON.stringify(view.statusReason)).toBe("COMPLETED");
  expect((await writtenVectors(view)).length).toBeGreaterThan(0);

  const made = view.resources.filter(({ component }) => component === "computeEngine");
  expect(made.map(({ kind }) => kind)).toEqual(["s3-bucket", "sagemaker-model", "sagemaker-endpoint"]);
  const [bucket, { name: ModelName }] = made as unknown as readonly [{ name: string }, { name: string }];
  const sagemaker = clientFor(SageMakerClient, installation.ours);
  const model = await sagemaker.send(new DescribeModelCommand({ ModelName }));
  const ModelDataUrl = expect.stringMatching(new RegExp(`^s3://${bucket.name}/[0-9a-f]{16}/model\\.tar\\.gz$`));
  expect(model.PrimaryContainer).toMatchObject({ ModelDataUrl, Environment: { SAGEMAKER_PROGRAM: "inference.py" } });
  const copy = await clientFor(S3Client, installation.ours).send(
    new GetObjectCommand({
      Bucket: bucket.name,
      Key: model.PrimaryContainer!.ModelDataUrl!.split("/").slice(3).join("/"),
    }),
  );
  expect(await copy.Body?.transformToString()).toBe("a packed model");

  const usage = await installation.client.usage.listOfDataset({ dataset: view.datasetId });
  const inference = usage.items.filter(({ meteringDimension }) => meteringDimension === "InferenceDuration");
  expect(inference).toHaveLength(1);
  expect(inference[0]?.meteringValue).toBeGreaterThan(0);

  const dataset = view.datasetId;
  const { requestId } = await installation.client.datasets.delete({ params: { dataset }, query: { type: "DELETE" } });
  expect(requestId).toBeTruthy();
  await waitUntilSettled(installation, dataset, SETTLE_SECONDS);
  await waitFor(
    async () => ((await installation.client.datasets.view({ dataset })).datasetStatus === "DELETED" ? true : null),
    SETTLE_SECONDS,
    "the dataset to be deleted",
  );
  await expect(sagemaker.send(new DescribeModelCommand({ ModelName }))).rejects.toThrow("Could not find model");
  await expect(sagemaker.send(new DescribeEndpointCommand({ EndpointName: ModelName }))).rejects.toThrow("endpoint");
  const buckets = await clientFor(S3Client, installation.ours).send(new ListBucketsCommand({}));
  expect(buckets.Buckets?.map(({ Name }) => Name)).not.toContain(bucket.name);
});

test("an update of the compute engine makes the new endpoint and removes the one before", async () => {
  await installation.putObject(testBuckets.code, "model.tar.gz", "a packed model");
  const dataset = (await run({ name: "ChangedModel", model: ours })).datasetId;
  const sagemaker = clientFor(SageMakerClient, installation.ours);
  const update = async (engine: Readonly<Record<string, unknown>>) => {
    const { request } = await installation.client.datasets.updateCompute({ dataset, computeEngine: engine });
    const ended = await waitFor(
      async () => {
        const { status, result } = await installation.client.requests.view({ dataset, requestId: request!.requestId });
        return status === "SUCCEEDED" || status === "FAILED" ? { status, result } : null;
      },
      60,
      "the update to end",
    );
    if (ended.status === "FAILED") throw new Error(JSON.stringify(ended.result));
    return installation.client.datasets.view({ dataset });
  };
  const larger = { sagemakerEndpointConcurrency: 10, sagemakerMemoryLimitInMegabytes: 6144 };
  const unknown = { ...ours.model, modelContainerImageName: "Sklearn_Inference_1_0" };
  await expect(update({ model: unknown })).rejects.toThrow("no container LetsData knows the image of");
  const changed = await update({ ...ours, endpoint: { ...ours.endpoint, sagemakerServerless: larger } });
  const { name } = changed.resources.find(({ kind }) => kind === "sagemaker-endpoint")!;
  const config = await sagemaker.send(new DescribeEndpointConfigCommand({ EndpointConfigName: name }));
  expect(config.ProductionVariants?.[0]?.ServerlessConfig).toEqual({ MemorySizeInMB: 6144, MaxConcurrency: 10 });

  const without = await update({ computeEngineType: "LAMBDA" });
  expect(without.resources.filter(({ component }) => component === "computeEngine")).toEqual([]);
  await expect(sagemaker.send(new DescribeEndpointCommand({ EndpointName: name }))).rejects.toThrow("endpoint");
});

test("a trial with an endpoint that is yet to be made shows the documents before they get vectors, and says so", async () => {
  await installation.putObject(testBuckets.code, "model.tar.gz", "a packed model");
  const dataset = await vectorsDataset({ name: "TriedOurs", model: ours, write: toS3 });
  const { records, failure, notices } = await resultOfTrial(installation, dataset);
  expect(failure).toBeNull();
  expect(notices.join(" ")).toContain("before they get vectors");
  expect(records.some(({ outcome }) => outcome === "document")).toBe(true);
  expect(records.every(({ modelMilliseconds }) => modelMilliseconds === null)).toBe(true);
});

test("an artifact without the vectors class is told when the dataset is made ready", async () => {
  await installation.putHandler("no-vectors", join(repositoryDir, "samples/handlers/zip-codes"));
  const view = await run({ name: "NoVectorsClass", handler: "no-vectors.zip" });
  expect(view.datasetStatus).toBe("ERRORED");
  expect(JSON.stringify(view.statusReason)).toContain("SagemakerVectorsInterface");
});
