import { assumedRole } from "@letsdata/aws/assume-role";
import { clientFor } from "@letsdata/aws/client-for";
import { staticCredentials } from "@letsdata/aws/session-source";
import type { CredentialsSource } from "@letsdata/plugin-kit/connector";
import type { Command } from "commander";
import { UsageError } from "../exit-codes.ts";
import type { CliSession } from "../session.ts";
import { readSharedCredentials } from "./shared-credentials.ts";

/** Options of every reader tool (product.md §11.6). */
export interface ReadOptions {
  readonly datasetName?: string;
  readonly customerAccessRoleArn?: string;
  readonly externalId?: string;
  readonly awsRegion?: string;
  readonly awsAccessKeyId?: string;
  readonly awsSecretKey?: string;
  readonly awsProfile?: string;
  readonly awsEndpoint?: string;
}

export function readOptions(command: Command): Command {
  return command
    .option("--datasetName <nameOrId>", "fills names, role, external id and region")
    .option("--customerAccessRoleArn <arn>", "role to assume; without one your own keys read")
    .option("--externalId <id>", "external id of that role")
    .option("--awsRegion <region>", "region of the resource")
    .option("--awsAccessKeyId <id>", "your access key")
    .option("--awsSecretKey <key>", "its secret")
    .option("--awsProfile <name>", "profile of the AWS credentials file, instead of keys")
    .option("--awsEndpoint <address>", "endpoint instead of AWS");
}

type Dataset = Awaited<ReturnType<CliSession["client"]["datasets"]["view"]>>;

/** Where to read and as whom. */
export interface ReadTarget {
  readonly dataset: Dataset | null;
  readonly region: string;
  readonly endpoint: string | undefined;
  readonly credentials: CredentialsSource;
  client<Client>(clientClass: Parameters<typeof clientFor<Client>>[0]): Client;
}

export async function openTarget(
  session: CliSession,
  options: ReadOptions,
  component: "writeConnector" | "errorConnector",
): Promise<ReadTarget> {
  const dataset =
    options.datasetName === undefined ? null : await session.client.datasets.view({ dataset: options.datasetName });
  const aws = session.profile.aws;
  const region = options.awsRegion ?? dataset?.[component].region ?? aws?.region ?? session.env.AWS_REGION;
  if (region === undefined || region === null) throw new UsageError("Name the region with --awsRegion.");
  const endpoint = options.awsEndpoint ?? aws?.endpoint ?? session.env.AWS_ENDPOINT_URL;
  const own = await ownCredentials(session, options);
  const credentials = asReader(own, options, dataset, component, { region, endpoint });
  return {
    dataset,
    region,
    endpoint,
    credentials,
    client: (clientClass) => clientFor(clientClass, { region, endpoint, credentials }),
  };
}

/** Name of what the component writes to: resources as made, else the configuration. */
export function resourceName(
  dataset: Dataset | null,
  component: "writeConnector" | "errorConnector",
  kind: "DYNAMODB" | "KINESIS" | "S3" | "SQS",
  option: string,
): string {
  if (dataset === null) throw new UsageError(`Name the resource with ${option}, or the dataset with --datasetName.`);
  const { type, name } = dataset[component];
  if (type !== kind) throw new UsageError(`${dataset.datasetName} writes to ${type}, not to ${kind}.`);
  const made = dataset.resources.find((resource) => resource.component === component)?.name ?? name;
  if (made === null) throw new UsageError(`${dataset.datasetName} has not made its ${kind} resource yet.`);
  return made;
}

function asReader(
  own: CredentialsSource,
  options: ReadOptions,
  dataset: Dataset | null,
  component: "writeConnector" | "errorConnector",
  place: { readonly region: string; readonly endpoint: string | undefined },
): CredentialsSource {
  const belongsToLetsData = dataset?.[component].resourceLocation === "LetsData";
  const roleArn = options.customerAccessRoleArn ?? (belongsToLetsData ? dataset?.customerAccessRoleArn : undefined);
  if (roleArn === undefined || roleArn === null) {
    if (belongsToLetsData) throw new UsageError(`${dataset?.datasetName} has no customer access role yet.`);
    return own;
  }
  const externalId = options.externalId ?? dataset?.customerAccessExternalId;
  if (externalId === undefined || externalId === null)
    throw new UsageError("Name the role's external id with --externalId.");
  return assumedRole({ from: own, ...place, roleArn, externalId, sessionName: "letsdata-cli" });
}

async function ownCredentials(session: CliSession, options: ReadOptions): Promise<CredentialsSource> {
  const { awsAccessKeyId, awsSecretKey } = options;
  if ((awsAccessKeyId === undefined) !== (awsSecretKey === undefined)) {
    throw new UsageError("--awsAccessKeyId and --awsSecretKey go together.");
  }
  if (awsAccessKeyId !== undefined && awsSecretKey !== undefined) {
    return staticCredentials({ accessKeyId: awsAccessKeyId, secretAccessKey: awsSecretKey });
  }
  if (options.awsProfile !== undefined) {
    return staticCredentials(await readSharedCredentials(session.env, options.awsProfile));
  }
  const aws = session.profile.aws;
  if (aws !== undefined) {
    const { accessKeyId, secretAccessKey, sessionToken } = aws;
    return staticCredentials({ accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) });
  }
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = session.env;
  if (AWS_ACCESS_KEY_ID && AWS_SECRET_ACCESS_KEY) {
    return staticCredentials({
      accessKeyId: AWS_ACCESS_KEY_ID,
      secretAccessKey: AWS_SECRET_ACCESS_KEY,
      ...(AWS_SESSION_TOKEN ? { sessionToken: AWS_SESSION_TOKEN } : {}),
    });
  }
  throw new UsageError("Give your AWS keys with --awsAccessKeyId and --awsSecretKey, --awsProfile, or in the profile.");
}
