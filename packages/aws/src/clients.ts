import { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import { IAMClient } from "@aws-sdk/client-iam";
import { KinesisClient } from "@aws-sdk/client-kinesis";
import { S3Client } from "@aws-sdk/client-s3";
import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { STSClient } from "@aws-sdk/client-sts";
import { type ClientSettings, clientFor } from "./client-for.ts";

export interface AwsClients {
  readonly s3: S3Client;
  readonly kinesis: KinesisClient;
  readonly sts: STSClient;
  readonly iam: IAMClient;
  readonly cloudWatch: CloudWatchClient;
  readonly secretsManager: SecretsManagerClient;
}

/** All services for long-lived processes. Code that starts often takes `clientFor` with the one client it needs: loading all costs memory. */
export function createAwsClients(settings: ClientSettings): AwsClients {
  return {
    get s3() {
      return clientFor(S3Client, settings);
    },
    get kinesis() {
      return clientFor(KinesisClient, settings);
    },
    get sts() {
      return clientFor(STSClient, settings);
    },
    get iam() {
      return clientFor(IAMClient, settings);
    },
    get cloudWatch() {
      return clientFor(CloudWatchClient, settings);
    },
    get secretsManager() {
      return clientFor(SecretsManagerClient, settings);
    },
  };
}
