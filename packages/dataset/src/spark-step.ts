import { type DatasetConfig, regionOf } from "./dataset-config.ts";
import { ownerOf } from "./resource-owners.ts";
import { taskIdOf } from "./task-id.ts";

export type SparkStepName = "mapper" | "reducer";

/** What a reducer reads: the manifest it was planned from, by which its mappers or its keys are known. */
export interface SparkReducerDefinition {
  readonly sparkStep: "reducer";
  readonly lines: number;
  readonly fingerprint: string;
}

/** What mappers hand the reducer (product.md §8.3). */
const intermediate = { format: "parquet", options: { compression: "gzip" } } as const;

/** A bucket a step reads from or writes into, and whose it is. */
export interface SparkSide {
  readonly bucket: string;
  /** What precedes the keys of what it writes. */
  readonly prefix: string;
  readonly owner: "Customer" | "LetsData";
  readonly region: string;
  readonly format: string;
  readonly options: Readonly<Record<string, string>>;
}

/** The steps a dataset runs, in their order; none where it does not run Spark. */
export function sparkStepsOf({ computeEngine }: DatasetConfig): readonly SparkStepName[] {
  if (computeEngine.computeEngineType !== "SPARK") return [];
  switch (computeEngine.runSparkInterfaces) {
    case "MAPPER_ONLY":
      return ["mapper"];
    case "REDUCER_ONLY":
      return ["reducer"];
    case "MAPPER_AND_REDUCER":
      return ["mapper", "reducer"];
  }
}

/** Whether there is a bucket between mappers and reducer. */
export function hasIntermediateBucket(config: DatasetConfig): boolean {
  return sparkStepsOf(config).length === 2;
}

/** The one reducer of a dataset that has mappers, too: it follows them. */
export function followingReducerOf(config: DatasetConfig, datasetId: string): string | null {
  return hasIntermediateBucket(config) ? taskIdOf(datasetId, "reducer") : null;
}

/** Where a step reads and writes. `config` holds the generated names. */
export function sparkSides(
  config: DatasetConfig,
  step: SparkStepName,
  intermediateBucket: string,
): { readonly read: SparkSide; readonly write: SparkSide } {
  const isBetween = hasIntermediateBucket(config);
  const between: SparkSide = {
    bucket: intermediateBucket,
    prefix: "",
    owner: "LetsData",
    region: regionOf(config, "computeEngine"),
    format: intermediate.format,
    options: intermediate.options,
  };
  return {
    read: isBetween && step === "reducer" ? { ...between, options: {} } : sourceSide(config),
    write: isBetween && step === "mapper" ? between : targetSide(config),
  };
}

function sourceSide(config: DatasetConfig): SparkSide {
  const { readConnector: read } = config;
  if (read.connectorDestination !== "S3" || read.readerType !== "SPARKREADER") throw notSpark("readConnector");
  return {
    bucket: read.bucketName,
    prefix: "",
    owner: ownerOf(config, "readConnector") ?? "Customer",
    region: regionOf(config, "readConnector"),
    format: read.sparkFileFormat,
    options: read.sparkReadOptions ?? {},
  };
}

function targetSide(config: DatasetConfig): SparkSide {
  const { writeConnector: write } = config;
  if (write.connectorDestination !== "S3" || write.writerType !== "Spark" || !write.bucketName)
    throw notSpark("writeConnector");
  return {
    bucket: write.bucketName,
    prefix: write.s3KeyPrefix,
    owner: write.resourceLocation,
    region: regionOf(config, "writeConnector"),
    format: write.sparkFileFormat,
    options: write.sparkWriteOptions ?? {},
  };
}

function notSpark(component: string): Error {
  return new RangeError(`${component} is not that of a Spark dataset`);
}

/** `s3a://<bucket>/<prefix><datasetName>/<taskId>.<format>`: what a task writes. */
export function sparkOutputUri({ bucket, prefix, format }: SparkSide, datasetName: string, taskId: string): string {
  return `s3a://${bucket}/${prefix}${datasetName}/${taskId}.${format}`;
}

/** What the mappers of a dataset leave for its reducer, in the manifest's order: their ids follow from their lines. */
export function mapperOutputUris(between: SparkSide, datasetName: string, datasetId: string, lines: number): string[] {
  return Array.from({ length: lines }, (_, line) =>
    sparkOutputUri(between, datasetName, taskIdOf(datasetId, String(line))),
  );
}

export function sparkSourceUri({ bucket }: SparkSide, key: string): string {
  return `s3a://${bucket}/${key}`;
}

/** The arguments of a step by their parameters (product.md §4.1, §8.3), all but the secret. */
export function sparkArguments(input: {
  readonly config: DatasetConfig;
  readonly step: SparkStepName;
  readonly taskId: string;
  readonly intermediateBucket: string;
  /** A mapper has exactly one. */
  readonly readUris: readonly string[];
}) {
  const { config, step, taskId, intermediateBucket, readUris } = input;
  const { read, write } = sparkSides(config, step, intermediateBucket);
  const { datasetName } = config;
  return {
    appName: `${datasetName}-${taskId}`,
    readDestination: "S3",
    ...(step === "mapper" ? { readUri: readUris[0]! } : { readUris }),
    readFormat: read.format,
    readOptions: read.options,
    writeDestination: "S3",
    writeUri: sparkOutputUri(write, datasetName, taskId),
    writeFormat: write.format,
    writeMode: "overwrite",
    writeOptions: write.options,
  };
}
