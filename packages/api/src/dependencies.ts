import type { Database, Queryable } from "@letsdata/database/database";
import type { Auth } from "./auth/create-auth.ts";
import type { ChangeFeed } from "./change-feed.ts";
import type { CloudOperations } from "./cloud-operations.ts";

/** Coarse jobs the worker carries out. */
export interface ApiJobs {
  readonly "initialise-dataset": { readonly datasetId: string };
  readonly "carry-out-request": { readonly requestId: string; readonly datasetId: string };
}

/** Everything operations reach outside themselves; made once per process by the app that hosts the API. */
export interface ApiDependencies {
  readonly database: Database;
  readonly auth: Auth;
  readonly cloud: CloudOperations;
  readonly changes: ChangeFeed;
  /** Enqueues with the transaction: the job exists exactly if the transaction commits. */
  enqueueJob<Name extends keyof ApiJobs>(transaction: Queryable, name: Name, data: ApiJobs[Name]): Promise<void>;
  readonly clock: { now(): number };
  /** A random UUID. */
  readonly randomId: () => string;
  readonly version: string;
  readonly signUpAllowed: boolean;
  readonly log: (level: "ERROR" | "WARN" | "INFO", message: string, fields: Readonly<Record<string, unknown>>) => void;
}
