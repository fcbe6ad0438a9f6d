import type { ProblemDetail } from "@letsdata/plugin-kit/problems";

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

/** What operations need of AWS; the app that hosts the API implements it. */
export interface CloudOperations {
  readonly installationAccountId: string;
  readonly stage: "Test" | "Prod";
  /** True when the cloud is the one in the box. */
  readonly local: boolean;
  /** Makes the IAM role that stands for the user; repeatable. Returns its ARN. */
  createUserPrincipal(userId: string): Promise<string>;
  /** Tries the access with the smallest real calls; every finding names action, resource and fix. Empty = all is well. */
  checkAccess(
    config: Readonly<Record<string, unknown>>,
    user: CloudUser,
    signal: AbortSignal,
  ): Promise<readonly ProblemDetail[]>;
  /** Plain text of an archived object from byte `start` on. Throws Problem SOURCE_NOT_FOUND when it is gone. */
  readErrorFile(archive: ErrorArchive, key: string, signal: AbortSignal): Promise<string>;
}
