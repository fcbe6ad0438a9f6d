import type { IamState } from "./iam/iam-state.ts";
import type { KeyStore } from "./kms/key-store.ts";
import type { FaultRules } from "./server/faults.ts";
import type { CloudDatabase } from "./store/database.ts";
import type { SessionStore } from "./sts/session-store.ts";

export interface RootAccount {
  /** Twelve digits. */
  readonly accountId: string;
  readonly rootAccessKeyId: string;
  readonly rootSecretAccessKey: string;
  /** Name of the IAM user these keys belong to; `admin` when left out. */
  readonly principalName?: string;
}

export interface CloudLimits {
  readonly kinesisShardBytesPerSecond: number;
  readonly kinesisShardRecordsPerSecond: number;
  readonly kinesisShardReadsPerSecond: number;
  /** How much of a shard's time one GetRecords looks through for records, in milliseconds; it answers empty where it finds none. */
  readonly kinesisMillisecondsPerRead: number;
  /** The same of a table's stream. */
  readonly dynamodbMillisecondsPerRead: number;
  readonly sqsMessagesInFlight: number;
  /** Of one answer that lists unfinished uploads. */
  readonly s3UploadsPerPage: number;
}

/**
 * Real services' limits: https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html,
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html,
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListMultipartUploads.html
 */
export const REAL_LIMITS: CloudLimits = {
  kinesisShardBytesPerSecond: 1024 * 1024,
  kinesisShardRecordsPerSecond: 1000,
  kinesisShardReadsPerSecond: 5,
  // AWS does not say how much they are.
  kinesisMillisecondsPerRead: Number.POSITIVE_INFINITY,
  dynamodbMillisecondsPerRead: Number.POSITIVE_INFINITY,
  sqsMessagesInFlight: 120_000,
  s3UploadsPerPage: 1000,
};

/** What every service of one running local cloud shares. */
export interface Cloud {
  readonly dir: string;
  readonly database: CloudDatabase;
  readonly iam: IamState;
  readonly sessions: SessionStore;
  readonly keys: KeyStore;
  readonly faults: FaultRules;
  readonly limits: CloudLimits;
  /** Where the operator's model takes `{"inputs":[…]}`; null: stand-in vectors answer. */
  readonly modelUrl: string | null;
  /** Epoch ms. */
  now(): number;
}
