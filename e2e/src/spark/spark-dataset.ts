import { GetObjectCommand, paginateListObjectsV2 } from "@aws-sdk/client-s3";
import { datasetJson } from "../installation/dataset-run.ts";
import { type TestInstallation, testBuckets } from "../installation/start-installation.ts";

export type SparkSteps = "MAPPER_AND_REDUCER" | "MAPPER_ONLY" | "REDUCER_ONLY";

export interface SparkShape {
  readonly name: string;
  readonly steps: SparkSteps;
  /** Text by key. */
  readonly files: Readonly<Record<string, string>>;
  readonly handler?: string;
  readonly timeoutSeconds?: number;
  readonly concurrency?: number;
  readonly memoryMegabytes?: number;
  readonly read?: Readonly<Record<string, unknown>>;
  readonly write?: Readonly<Record<string, unknown>>;
}

export const ownTarget = { connectorDestination: "S3", resourceLocation: "Customer", bucketName: testBuckets.output };

/** Puts the files and creates a dataset over them, from the customer's bucket to the customer's bucket. Returns its id. */
export async function createSparkDataset(installation: TestInstallation, shape: SparkShape): Promise<string> {
  const { name, steps, files, handler = "spark-words.zip", timeoutSeconds = 120, concurrency = 2 } = shape;
  for (const [key, text] of Object.entries(files)) await installation.putObject(testBuckets.data, key, text);
  const read = {
    readerType: "SPARKREADER",
    sparkFileFormat: "text",
    sparkReadOptions: { lineSep: "\n" },
    artifactImplementationLanguage: "PYTHON",
    ...shape.read,
  };
  const write = { ...ownTarget, s3KeyPrefix: "out/", writerType: "Spark", sparkFileFormat: "json", ...shape.write };
  const dataset = {
    ...datasetJson(installation, { name, handler, keys: Object.keys(files), read, write }),
    computeEngine: {
      computeEngineType: "SPARK",
      runSparkInterfaces: steps,
      concurrency,
      timeoutInSeconds: timeoutSeconds,
      memoryLimitInMegabytes: shape.memoryMegabytes ?? 512,
    },
  };
  return (await installation.client.datasets.create(dataset)).datasetId;
}

export interface Written {
  readonly key: string;
  readonly counts: Readonly<Record<string, number>>;
  readonly told: Readonly<Record<string, unknown>>;
}

/** The objects below a prefix, as text by key. */
export async function textsBelow(
  { s3 }: Pick<TestInstallation, "s3">,
  bucket: string,
  prefix: string,
): Promise<ReadonlyMap<string, string>> {
  const texts = new Map<string, string>();
  for await (const { Contents = [] } of paginateListObjectsV2({ client: s3 }, { Bucket: bucket, Prefix: prefix })) {
    for (const { Key } of Contents) {
      const object = await s3.send(new GetObjectCommand({ Bucket: bucket, Key }));
      texts.set(Key!, (await object.Body?.transformToString()) ?? "");
    }
  }
  return texts;
}

/** What the steps of the test handlers wrote below a prefix. */
export async function writtenBelow(
  installation: Pick<TestInstallation, "s3">,
  bucket: string,
  prefix: string,
): Promise<readonly Written[]> {
  const texts = await textsBelow(installation, bucket, prefix);
  return [...texts].map(([key, text]) => ({ key, ...JSON.parse(text) }));
}
