import type { UserRole } from "../contract/user-dto.ts";
import type { ApiDependencies } from "../dependencies.ts";

/** Who sent a request, as proven by a session cookie or an API key. */
export interface Caller {
  readonly tenantId: string;
  readonly userId: string;
  readonly userRole: UserRole;
  /** `read` only for API keys made so. */
  readonly scope: "read" | "all";
}

/** What every operation receives; signed-in ones also the caller's fields. */
export interface RequestContext {
  readonly requestId: string;
  readonly caller: Caller | null;
  readonly idempotencyKey: string | undefined;
  readonly dependencies: ApiDependencies;
}

export type CallerContext = RequestContext & Caller;
