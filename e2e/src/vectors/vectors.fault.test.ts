import { readFileSync } from "node:fs";
import { join } from "node:path";
import { CreateBucketCommand } from "@aws-sdk/client-s3";
import { ListVectorsCommand, S3VectorsClient } from "@aws-sdk/client-s3vectors";
import { CreateEndpointCommand, SageMakerClient } from "@aws-sdk/client-sagemaker";
import { clientFor } from "@letsdata/aws/client-for";
import { standInNotice } from "@letsdata/dataset/stand-in-notice";
import { jarOf } from "@letsdata/handlers/artifact/jar-of";
import { buildJavaArtifact } from "@letsdata/handlers/java/host-classes";
import { movieFiles } from "@letsdata/samples/public-data";
import { afterAll, beforeAll, expect, test } from "vitest";
import { datasetWithExactRole } from "../access/dataset-with-exact-role.ts";
import { waitUntilSettled } from "../installation/dataset-run.ts";
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
}, 180_000);
afterAll(() => installation?.stop());

function makeEndpoint(EndpointName: string, tags: Readonly<Record<string, string>> = {}) {
  const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
  const made = new CreateEndpointCommand({ EndpointName, EndpointConfigName: "config", Tags });
  return clientFor(SageMakerClient, installation.customer).send(made);
}

const toS3 = { connectorDestination: "S3", bucketName: testBuckets.output, s3KeyPrefix: "out/" };
const toVectors = { connectorDestination: "S3_VECTORS", resourceLocation: "LetsData", numDimensions: 384 };

interface VectorsJob {
  readonly name: string;
  readonly endpoint?: string;
  readonly handler?: string;
  readonly read?: Readonly<Record<string, unknown>>;
  readonly key?: string;
  readonly write?: Readonly<Record<string, unknown>>;
  readonly without?: string;
}

/** A dataset whose role is exactly what was generated for it. */
function vectorsDataset(job: VectorsJob) {
  const { name, endpoint = "minilm", handler = "movies.zip", read, key = movies, write = toVectors, without } = job;
  return datasetWithExactRole(installation, {
    name,
    handler,
    read: { connectorDestination: "S3", readerType: "SINGLEFILEREADER", bucketName: testBuckets.data, ...read },
    manifest: { manifestType: "S3ReaderTextManifestFile", fileContents: key },
    write,
    engine: {
      computeEngineType: "LAMBDA_AND_SAGEMAKER",
      lambda: { lambdaConcurrency: 2, lambdaMemoryLimitInMegabytes: 512 },
      endpoint: { sagemakerEndpointResourceLocation: "Customer", sagemakerEndpointName: endpoint },
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
  const view = await run({ name: "BrokenModel", endpoint: "broken" });
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

test("an artifact without the vectors class is told when the dataset is made ready", async () => {
  await installation.putHandler("no-vectors", join(repositoryDir, "samples/handlers/zip-codes"));
  const view = await run({ name: "NoVectorsClass", handler: "no-vectors.zip" });
  expect(view.datasetStatus).toBe("ERRORED");
  expect(JSON.stringify(view.statusReason)).toContain("SagemakerVectorsInterface");
});
