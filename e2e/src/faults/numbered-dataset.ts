import { join } from "node:path";
import { datasetJson } from "../installation/dataset-run.ts";
import { type TestInstallation, testBuckets } from "../installation/start-installation.ts";
import type { NumberedFiles } from "./numbered-lines.ts";

export const handler = "numbered-lines";
const handlerFolder = join(import.meta.dirname, "../../fixtures/handlers", handler);

export type Target = "S3" | "KINESIS";

/** A megabyte is the smallest object an S3 target closes. */
const writeTo: Readonly<Record<Target, Readonly<Record<string, unknown>>>> = {
  S3: {
    connectorDestination: "S3",
    resourceLocation: "Customer",
    bucketName: testBuckets.output,
    s3KeyPrefix: "out/",
    s3FileFormat: "JSONL",
    s3Compression: "GZIP",
    s3FileSizeInMegabytes: 1,
  },
  KINESIS: { connectorDestination: "KINESIS", resourceLocation: "LetsData", kinesisShardCount: 2 },
};

export function putNumberedLinesHandler(installation: TestInstallation): Promise<void> {
  return installation.putHandler(handler, handlerFolder);
}

/** Uploads the files and creates a dataset over them; returns its id. */
export async function createNumberedDataset(
  installation: TestInstallation,
  shape: {
    readonly name: string;
    readonly files: NumberedFiles;
    readonly target: Target;
    readonly concurrency: number;
  },
): Promise<string> {
  for (const { key, body } of shape.files.files) await installation.putObject(testBuckets.data, key, body);
  const created = await installation.client.datasets.create(
    datasetJson(installation, {
      name: shape.name,
      handler: `${handler}.zip`,
      keys: shape.files.files.map(({ key }) => key),
      concurrency: shape.concurrency,
      write: writeTo[shape.target],
    }),
  );
  return created.datasetId;
}
