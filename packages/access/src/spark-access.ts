import { type AssumeRoleInput, assumeRole } from "@letsdata/aws/assume-role";
import type { ClientSettings } from "@letsdata/aws/client-for";
import { createSecret, deleteSecret } from "@letsdata/aws/secrets";
import { s3ReadPermissions, s3WritePermissions } from "@letsdata/connectors/s3/permissions";
import { type DatasetConfig, regionOf } from "@letsdata/dataset/dataset-config";
import { generatedNames } from "@letsdata/dataset/names";
import { policyOf } from "@letsdata/dataset/policy-documents";
import { type SparkSide, type SparkStepName, sparkSides } from "@letsdata/dataset/spark-step";
import type { Credentials } from "@letsdata/plugin-kit/connector";
import type { Permission } from "@letsdata/plugin-kit/permissions";
import { customerCredentials, type DatasetOwner } from "./component-access.ts";
import { dataTaskRoleArn, type Installation } from "./installation.ts";

export interface SparkAttempt {
  readonly config: DatasetConfig;
  readonly owner: DatasetOwner;
  readonly datasetId: string;
  readonly taskId: string;
  readonly attempt: number;
  readonly step: SparkStepName;
}

/** The secret of one attempt: what its customer code gets to know of credentials. */
export interface SparkSecret {
  readonly arn: string;
  /** A session that may read this secret and nothing else. */
  openSession(): Promise<Credentials>;
  remove(): Promise<void>;
}

/** Where the dataset's secrets are kept. */
export function sparkSecretAccess(installation: Installation, config: DatasetConfig): ClientSettings {
  const { endpoint, credentials } = installation;
  return { region: regionOf(config, "computeEngine"), endpoint, credentials };
}

/** Every secret of a dataset has a name that begins so: each attempt has its own, since attempts run side by side. */
export function sparkSecretNames(installation: Installation, datasetId: string): string {
  return `${generatedNames(installation.stage, datasetId).sparkSecret}/`;
}

/**
 * Fresh sessions for both sides of a step, in a secret of its own (product.md §8.3). What an attempt before left behind, because its
 * worker died, goes first.
 */
export async function openSparkSecret(
  installation: Installation,
  spark: SparkAttempt,
  signal: AbortSignal,
): Promise<SparkSecret> {
  const { config, datasetId, taskId, attempt, step } = spark;
  const access = sparkSecretAccess(installation, config);
  const nameOf = (of: number) => `${sparkSecretNames(installation, datasetId)}${taskId}/${of}`;
  if (attempt > 1) await deleteSecret(access, nameOf(attempt - 1), signal);
  const { sparkIntermediateBucket } = generatedNames(installation.stage, datasetId);
  const { read, write } = sparkSides(config, step, sparkIntermediateBucket);
  const reading = await sideCredentials(installation, spark, read, s3ReadPermissions({ bucketName: read.bucket }));
  const writing = await sideCredentials(installation, spark, write, writePermissions(write));
  const arn = await createSecret(
    access,
    {
      name: nameOf(attempt),
      text: JSON.stringify({ [step]: { read: keysOf(reading), write: keysOf(writing) } }),
      description: `Attempt ${attempt} of the Spark ${step} ${taskId} of ${config.datasetName}`,
    },
    signal,
  );
  const readSecret = { actions: ["secretsmanager:GetSecretValue"], resources: [arn], reason: "Read its own secret" };
  return {
    arn,
    openSession: () => assumeRole(dataTaskSession(installation, config, [readSecret])),
    remove: () => deleteSecret(access, arn),
  };
}

function writePermissions({ bucket, prefix }: SparkSide): readonly Permission[] {
  return s3WritePermissions({ bucketName: bucket, s3KeyPrefix: prefix, writerType: "Spark" });
}

function sideCredentials(
  installation: Installation,
  { config, owner }: SparkAttempt,
  side: SparkSide,
  permissions: readonly Permission[],
): Promise<Credentials> {
  if (side.owner === "Customer") return customerCredentials(installation, config, owner)();
  return assumeRole(dataTaskSession(installation, config, permissions));
}

function dataTaskSession(
  installation: Installation,
  { datasetName }: DatasetConfig,
  permissions: readonly Permission[],
): AssumeRoleInput {
  const { region, endpoint, credentials } = installation;
  return {
    from: credentials,
    region,
    endpoint,
    roleArn: dataTaskRoleArn(installation),
    sessionName: `letsdata-${datasetName}`,
    sessionPolicy: policyOf(permissions),
  };
}

function keysOf({ accessKeyId, secretAccessKey, sessionToken }: Credentials) {
  return {
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_SESSION_TOKEN: sessionToken ?? "",
  };
}
