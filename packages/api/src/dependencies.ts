import type { Database } from "@letsdata/database/database";
import type { Jobs } from "@letsdata/database/jobs";
import type { Auth } from "./auth/create-auth.ts";
import type { ChangeFeed } from "./change-feed.ts";
import type { CloudOperations } from "./cloud-operations.ts";

/** Everything operations reach outside themselves; made once per process by the app that hosts the API. */
export interface ApiDependencies {
  readonly database: Database;
  readonly auth: Auth;
  readonly cloud: CloudOperations;
  readonly changes: ChangeFeed;
  readonly jobs: Pick<Jobs, "enqueue">;
  readonly clock: { now(): number };
  /** A random UUID. */
  readonly randomId: () => string;
  readonly version: string;
  readonly signUpAllowed: boolean;
  readonly log: (level: "ERROR" | "WARN" | "INFO", message: string, fields: Readonly<Record<string, unknown>>) => void;
}
