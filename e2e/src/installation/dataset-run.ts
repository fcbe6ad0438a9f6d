import { setTimeout as sleep } from "node:timers/promises";
import { gunzipSync } from "node:zlib";
import { GetObjectCommand, paginateListObjectsV2 } from "@aws-sdk/client-s3";
import { type TestInstallation, testBuckets } from "./start-installation.ts";

export interface DatasetShape {
  readonly name: string;
  readonly handler: string;
  readonly keys: readonly string[];
  readonly concurrency?: number;
  readonly memoryMegabytes?: number;
  readonly timeoutSeconds?: number;
  readonly write?: Readonly<Record<string, unknown>>;
  readonly read?: Readonly<Record<string, unknown>>;
}

/** A dataset JSON over the test buckets: S3 in, gzip'd JSON lines in S3 out, error bucket made by LetsData. */
export function datasetJson(
  installation: Pick<TestInstallation, "accessGrantRoleArn" | "customerAccountId">,
  shape: DatasetShape,
): Record<string, unknown> {
  return {
    datasetName: shape.name,
    region: "us-east-1",
    accessGrantRoleArn: installation.accessGrantRoleArn,
    customerAccountForAccess: installation.customerAccountId,
    readConnector: {
      connectorDestination: "S3",
      readerType: "SINGLEFILEREADER",
      bucketName: testBuckets.data,
      artifactImplementationLanguage: "JAVASCRIPT",
      artifactFileS3Link: `s3://${testBuckets.code}/${shape.handler}`,
      ...shape.read,
    },
    writeConnector: shape.write ?? {
      connectorDestination: "S3",
      resourceLocation: "Customer",
      bucketName: testBuckets.output,
      s3KeyPrefix: "out/",
    },
    errorConnector: { connectorDestination: "S3", resourceLocation: "LetsData" },
    computeEngine: {
      computeEngineType: "LAMBDA",
      concurrency: shape.concurrency ?? 2,
      memoryLimitInMegabytes: shape.memoryMegabytes ?? 512,
      timeoutInSeconds: shape.timeoutSeconds ?? 300,
    },
    manifestFile: { manifestType: "S3ReaderTextManifestFile", fileContents: shape.keys.join("\n") },
  };
}

const SETTLED = new Set(["COMPLETED", "ERRORED", "DELETED"]);

/** Polls the API until the dataset is settled; outages of the database while a fault lasts are waited out. */
export async function waitUntilSettled(installation: TestInstallation, dataset: string, seconds: number) {
  return waitFor(
    async () => {
      const view = await installation.client.datasets.view({ dataset });
      return SETTLED.has(view.datasetStatus) ? view : null;
    },
    seconds,
    `dataset ${dataset} to settle`,
  );
}

/** Asks until the answer is not null; an answer that fails counts as none. */
export async function waitFor<T>(ask: () => Promise<T | null>, seconds: number, what: string): Promise<T> {
  const deadline = performance.now() + seconds * 1_000;
  let last: unknown = "never answered";
  while (performance.now() < deadline) {
    try {
      const answer = await ask();
      if (answer !== null) return answer;
      last = "not yet";
    } catch (error) {
      last = error;
    }
    await sleep(100);
  }
  throw new Error(`waited ${seconds} s for ${what}: ${String(last)}`);
}

/** Every line of every output object of the dataset, with the key it stands in. */
export async function readOutputLines(
  installation: TestInstallation,
  datasetName: string,
): Promise<Record<string, unknown>[]> {
  const lines: Record<string, unknown>[] = [];
  const pages = paginateListObjectsV2(
    { client: installation.s3 },
    { Bucket: testBuckets.output, Prefix: `out/${datasetName}/` },
  );
  for await (const page of pages) {
    for (const { Key } of page.Contents ?? []) {
      const object = await installation.s3.send(new GetObjectCommand({ Bucket: testBuckets.output, Key }));
      const body = gunzipSync((await object.Body?.transformToByteArray()) ?? new Uint8Array());
      for (const line of body.toString("utf8").split("\n")) {
        if (line !== "") lines.push(JSON.parse(line) as Record<string, unknown>);
      }
    }
  }
  return lines;
}
