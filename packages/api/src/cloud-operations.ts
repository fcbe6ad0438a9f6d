import type { PermissionSource } from "@letsdata/dataset/access-policy";
import type { Runtimes } from "@letsdata/dataset/availability";
import type { DatasetConfig } from "@letsdata/dataset/dataset-config";
import type { AccessFinding } from "@letsdata/plugin-kit/permissions";

/** A user as AWS knows them. */
export interface CloudUser {
  readonly userId: string;
  /** Role in the installation's account that may assume access grant roles with `userId` as external id. */
  readonly iamUserArn: string;
}

/** Where a dataset's error archive lies and who may read it. */
export interface ErrorArchive {
  readonly datasetId: string;
  /** The stored configuration, canonical. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly owner: CloudUser;
}

/** Where a manifest's objects lie and the role that may list them. */
export interface BucketPlace {
  readonly bucketName: string;
  readonly prefix: string;
  readonly region: string;
  readonly accessGrantRoleArn: string;
}

/** What operations need of AWS; the app that hosts the API implements it. */
export interface CloudOperations {
  readonly installationAccountId: string;
  readonly stage: "Test" | "Prod";
  /** True when the cloud is the one in the box. */
  readonly local: boolean;
  /** The connectors' own statements. */
  readonly permissions: PermissionSource;
  /** What this installation can run. */
  readonly runtimes: Runtimes;
  /** Makes the IAM role that stands for the user; repeatable. Returns its ARN. */
  createUserPrincipal(userId: string): Promise<string>;
  /** Tries the access with the smallest real calls; every finding names action, resource and fix. Empty = all is well. */
  checkAccess(config: DatasetConfig, user: CloudUser, signal: AbortSignal): Promise<readonly AccessFinding[]>;
  /** Objects under a prefix of a customer's bucket, in the order of keys. Throws the Problem of the call while it is walked. */
  listObjects(
    place: BucketPlace,
    user: CloudUser,
    signal: AbortSignal,
  ): AsyncIterable<{ readonly key: string; readonly bytes: number }>;
  /** Text of an archived object. Throws Problem RESOURCE_NOT_FOUND or SOURCE_NOT_FOUND when it is gone. */
  readErrorFile(archive: ErrorArchive, key: string, signal: AbortSignal): Promise<string>;
}
