import { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBStreamsClient } from "@aws-sdk/client-dynamodb-streams";
import { ECRClient } from "@aws-sdk/client-ecr";
import { IAMClient } from "@aws-sdk/client-iam";
import { KinesisClient } from "@aws-sdk/client-kinesis";
import { KMSClient } from "@aws-sdk/client-kms";
import { S3Client } from "@aws-sdk/client-s3";
import { S3VectorsClient } from "@aws-sdk/client-s3vectors";
import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { SQSClient } from "@aws-sdk/client-sqs";
import { AssumeRoleCommand, type AssumeRoleCommandInput, STSClient } from "@aws-sdk/client-sts";
import { NodeHttpHandler } from "@smithy/node-http-handler";

export interface TestCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export type Clients = ReturnType<typeof clientsFor>;

/** The real SDK's clients, without retries, so that a test sees the first answer. */
export function clientsFor(endpoint: string, credentials: TestCredentials, region = "us-east-1") {
  const options = { endpoint, region, credentials, maxAttempts: 1, requestHandler: new NodeHttpHandler() };
  return {
    s3: new S3Client({ ...options, forcePathStyle: true }),
    s3Vectors: new S3VectorsClient(options),
    iam: new IAMClient(options),
    sts: new STSClient(options),
    kinesis: new KinesisClient(options),
    dynamodb: new DynamoDBClient(options),
    dynamodbStreams: new DynamoDBStreamsClient(options),
    sqs: new SQSClient(options),
    kms: new KMSClient(options),
    ecr: new ECRClient(options),
    secrets: new SecretsManagerClient(options),
    cloudwatch: new CloudWatchClient(options),
  };
}

export async function assumedRole(
  clients: Clients,
  endpoint: string,
  input: Omit<AssumeRoleCommandInput, "RoleSessionName">,
): Promise<Clients> {
  const { Credentials } = await clients.sts.send(new AssumeRoleCommand({ RoleSessionName: "test-session", ...input }));
  return clientsFor(endpoint, {
    accessKeyId: Credentials?.AccessKeyId ?? "",
    secretAccessKey: Credentials?.SecretAccessKey ?? "",
    sessionToken: Credentials?.SessionToken ?? "",
  });
}
