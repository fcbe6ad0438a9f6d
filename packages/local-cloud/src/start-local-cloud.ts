import { mkdirSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { type Cloud, type CloudLimits, REAL_LIMITS, type RootAccount } from "./cloud.ts";
import { cloudwatchService } from "./cloudwatch/cloudwatch-service.ts";
import { dynamodbService } from "./dynamodb/dynamodb-service.ts";
import { ecrService } from "./ecr/ecr-service.ts";
import { iamService } from "./iam/iam-service.ts";
import { openIamState } from "./iam/iam-state.ts";
import { kinesisService } from "./kinesis/kinesis-service.ts";
import { openKeyStore } from "./kms/key-store.ts";
import { kmsService } from "./kms/kms-service.ts";
import { s3Service } from "./s3/s3-service.ts";
import { s3VectorsService } from "./s3-vectors/s3-vectors-service.ts";
import { sagemakerService } from "./sagemaker/sagemaker-service.ts";
import { secretsService } from "./secrets-manager/secrets-service.ts";
import { createFaultRules, type FaultRules } from "./server/faults.ts";
import { createCloudServer } from "./server/http-server.ts";
import type { Service } from "./server/service.ts";
import { sqsService } from "./sqs/sqs-service.ts";
import { openDatabase } from "./store/database.ts";
import { openSessionStore } from "./sts/session-store.ts";
import { stsService } from "./sts/sts-service.ts";

export type { RootAccount } from "./cloud.ts";
export type { FaultRule } from "./server/faults.ts";

/** Limits left out are AWS's own. */
export interface LocalCloudOptions extends Partial<CloudLimits> {
  /** 0: any free port. */
  readonly port?: number;
  /** State lives here and survives restarts. One process at a time. */
  readonly dir: string;
  readonly accounts: readonly RootAccount[];
  /** Answers for every SageMaker endpoint; stand-in vectors do when left out. */
  readonly modelUrl?: string | undefined;
  /** Epoch ms; the system's clock unless given. */
  readonly now?: () => number;
}

export interface LocalCloud {
  /** `http://127.0.0.1:<port>`, for every service. */
  readonly endpoint: string;
  readonly port: number;
  readonly faults: FaultRules;
  /** Closes every open shard of a DynamoDB stream, as AWS does every few hours; children open, one for each or two. */
  rollStreamShards(streamArn: string, childrenEach?: 1 | 2): boolean;
  stop(): Promise<void>;
}

export async function startLocalCloud(options: LocalCloudOptions): Promise<LocalCloud> {
  mkdirSync(options.dir, { recursive: true });
  const now = options.now ?? Date.now;
  const database = openDatabase(options.dir);
  const iam = openIamState(database, options.accounts, now);
  const cloud: Cloud = {
    dir: options.dir,
    database,
    iam,
    keys: openKeyStore(database, now),
    sessions: openSessionStore(database, iam, now),
    faults: createFaultRules(),
    modelUrl: options.modelUrl ?? null,
    limits: {
      kinesisShardBytesPerSecond: options.kinesisShardBytesPerSecond ?? REAL_LIMITS.kinesisShardBytesPerSecond,
      kinesisShardRecordsPerSecond: options.kinesisShardRecordsPerSecond ?? REAL_LIMITS.kinesisShardRecordsPerSecond,
      kinesisShardReadsPerSecond: options.kinesisShardReadsPerSecond ?? REAL_LIMITS.kinesisShardReadsPerSecond,
      kinesisMillisecondsPerRead: options.kinesisMillisecondsPerRead ?? REAL_LIMITS.kinesisMillisecondsPerRead,
      dynamodbMillisecondsPerRead: options.dynamodbMillisecondsPerRead ?? REAL_LIMITS.dynamodbMillisecondsPerRead,
      sqsMessagesInFlight: options.sqsMessagesInFlight ?? REAL_LIMITS.sqsMessagesInFlight,
      s3UploadsPerPage: options.s3UploadsPerPage ?? REAL_LIMITS.s3UploadsPerPage,
    },
    now,
  };
  const kinesis = kinesisService(cloud);
  const dynamodb = dynamodbService(cloud);
  const services = new Map<string, Service>([
    ["s3", s3Service(cloud)],
    ["s3vectors", s3VectorsService(cloud)],
    ["iam", iamService(cloud)],
    ["sts", stsService(cloud)],
    ["kinesis", kinesis],
    ["dynamodb", dynamodb],
    ["sqs", sqsService(cloud)],
    ["kms", kmsService(cloud)],
    ["ecr", ecrService(cloud)],
    ["sagemaker", sagemakerService(cloud)],
    ["secretsmanager", secretsService(cloud)],
    // The name CloudWatch signs with.
    ["monitoring", cloudwatchService(cloud)],
  ]);
  const server = createCloudServer(cloud, services);
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port ?? 0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${port}`,
    port,
    faults: cloud.faults,
    rollStreamShards: (streamArn, childrenEach = 1) => dynamodb.rollShards(streamArn, childrenEach),
    async stop() {
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
      kinesis.close();
      database.close();
    },
  };
}
