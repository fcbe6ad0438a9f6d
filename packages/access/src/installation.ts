import type { CredentialsSource } from "@letsdata/plugin-kit/connector";

/** The AWS account this deployment runs in, and the principal it acts as. */
export interface Installation {
  readonly accountId: string;
  readonly region: string;
  /** Endpoint override for every service; undefined = AWS. */
  readonly endpoint: string | undefined;
  readonly stage: "Test" | "Prod";
  readonly credentials: CredentialsSource;
}

/** Role that data tasks act as on what LetsData owns; every session of it is narrowed to one dataset. */
export function dataTaskRoleName(stage: Installation["stage"]): string {
  return `${stage}LetsDataDataTask`;
}

/** What the names of the secrets of Spark steps begin with. */
export function sparkSecretPrefix(stage: Installation["stage"]): string {
  return `${stage}SparkLambdaBridgeCreds`;
}

export function dataTaskRoleArn(installation: Installation): string {
  return `arn:aws:iam::${installation.accountId}:role/${dataTaskRoleName(installation.stage)}`;
}
