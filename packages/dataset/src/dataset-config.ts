import { computeEngineConfigs } from "@letsdata/compute/config-catalogue";
import {
  errorConnectorConfigs,
  readConnectorConfigs,
  writeConnectorConfigs,
} from "@letsdata/connectors/config-catalogue";
import { regions, textOf } from "@letsdata/plugin-kit/attributes";
import { field } from "@letsdata/plugin-kit/config";
import { z } from "zod";

type ReadEntry = (typeof readConnectorConfigs)[keyof typeof readConnectorConfigs];
type WriteEntry = (typeof writeConnectorConfigs)[keyof typeof writeConnectorConfigs];
type ManifestSchema<Entry = ReadEntry> = Entry extends ReadEntry ? Entry["manifests"][keyof Entry["manifests"]] : never;
/** The compiler loses that a catalogue is not empty. */
type AtLeastOne<T> = readonly [T, ...T[]];

const readers: readonly ReadEntry[] = Object.values(readConnectorConfigs);
const readSchemas = readers.map(({ schema }) => schema);
export const readConnectorSchema = z.discriminatedUnion(
  "connectorDestination",
  readSchemas as unknown as AtLeastOne<ReadEntry["schema"]>,
);
const manifestSchemas = readers.flatMap(({ manifests }) => Object.values(manifests) as ManifestSchema[]);
export const manifestSchema = z.discriminatedUnion(
  "manifestType",
  manifestSchemas as unknown as AtLeastOne<ManifestSchema>,
);
const writers: readonly WriteEntry[] = Object.values(writeConnectorConfigs);
const writeSchemas = writers.map(({ schema }) => schema);
export const writeConnectorSchema = z.discriminatedUnion(
  "connectorDestination",
  writeSchemas as unknown as AtLeastOne<WriteEntry["schema"]>,
);
export const errorConnectorSchema = errorConnectorConfigs.S3.schema;
const engine = computeEngineConfigs;
export const computeEngineSchema = z.discriminatedUnion("computeEngineType", [
  engine.LAMBDA.schema,
  engine.LAMBDA_AND_SAGEMAKER.schema,
  engine.SPARK.schema,
]);

/** What a person states to create a dataset, in canonical names (product.md §2). */
export const datasetConfigSchema = z.strictObject({
  datasetName: field(textOf(/^[A-Za-z0-9]{1,128}$/, "must be 1 to 128 letters and digits"), {
    label: "Dataset name",
    help: "Names the job. It is unique in your tenant, whatever the case of its letters.",
    example: "ClicksByUser2026",
  }),
  region: field(z.enum(regions), {
    label: "Region",
    help: "Region of the dataset, and of every component that does not name its own.",
    example: "eu-west-1",
  }),
  accessGrantRoleArn: field(
    textOf(
      /^arn:aws:iam::\d{12}:role\/([\x21-\x7e]{1,510}\/)?[A-Za-z0-9+=,.@_-]{1,64}$/,
      "must be the ARN of an IAM role, such as arn:aws:iam::111122223333:role/LetsData_AccessRole_Clicks",
    ),
    {
      label: "Access grant role",
      help: "Role LetsData assumes for what you own. It is needed as soon as anything belongs to you.",
      example: "arn:aws:iam::111122223333:role/LetsData_AccessRole_Clicks",
      part: "access",
    },
  ).optional(),
  customerAccountForAccess: field(textOf(/^\d{12}$/, "must be an AWS account id of 12 digits, as text"), {
    label: "Account that reads the results",
    help: "AWS account that may read what LetsData makes for you. It is needed when the write or error connector belongs to LetsData.",
    example: "111122223333",
    part: "access",
  }).optional(),
  customerAccessExternalId: field(z.literal("Generate"), {
    label: "External id",
    help: "Generate: readers of the results must present a random id instead of the dataset's creation time.",
    example: "Generate",
    part: "access",
  }).optional(),
  readConnector: field(readConnectorSchema, {
    label: "Read connector",
    help: "Where records come from, and the handler that understands them.",
  }),
  writeConnector: field(writeConnectorSchema, { label: "Write connector", help: "Where documents go." }),
  errorConnector: field(errorConnectorSchema, { label: "Error connector", help: "Where failed records are kept." }),
  computeEngine: field(computeEngineSchema, { label: "Compute engine", help: "What runs the tasks, and how many." }),
  manifestFile: field(manifestSchema, { label: "Manifest", help: "How the work is cut into tasks." }),
});

export type DatasetConfig = z.infer<typeof datasetConfigSchema>;
export type DatasetConfigInput = z.input<typeof datasetConfigSchema>;
export type ReadConnectorConfig = DatasetConfig["readConnector"];
export type WriteConnectorConfig = DatasetConfig["writeConnector"];
export type ErrorConnectorConfig = DatasetConfig["errorConnector"];
export type ComputeEngineConfig = DatasetConfig["computeEngine"];
export type ManifestConfig = DatasetConfig["manifestFile"];

export const componentNames = [
  "readConnector",
  "writeConnector",
  "errorConnector",
  "computeEngine",
  "manifestFile",
] as const;
export type ComponentName = (typeof componentNames)[number];

/** The region a component works in: its own, that of the stream or cluster its ARN names, or the dataset's. */
export function regionOf(config: DatasetConfig, component: ComponentName): string {
  const own: { readonly [name in "region" | "streamArn" | "clusterArn"]?: string | undefined } = config[component];
  const arn = component === "readConnector" ? own.streamArn : own.clusterArn;
  return own.region ?? arn?.split(":")[3] ?? config.region;
}

/** How many tasks run at once. */
export function concurrencyOf(engine: ComputeEngineConfig): number {
  return engine.computeEngineType === "LAMBDA_AND_SAGEMAKER" ? engine.lambda.lambdaConcurrency : engine.concurrency;
}
export function memoryMegabytesOf(engine: ComputeEngineConfig): number {
  return engine.computeEngineType === "LAMBDA_AND_SAGEMAKER"
    ? engine.lambda.lambdaMemoryLimitInMegabytes
    : engine.memoryLimitInMegabytes;
}
/** Least severe line of a dataset's log. */
export function logLevelOf(engine: ComputeEngineConfig): "DEBUG" | "INFO" | "WARN" | "ERROR" {
  return engine.logLevel;
}
/** Longest attempt. */
export function timeoutSecondsOf(engine: ComputeEngineConfig): number {
  return engine.computeEngineType === "LAMBDA_AND_SAGEMAKER"
    ? engine.lambda.lambdaTimeoutInSeconds
    : engine.timeoutInSeconds;
}
