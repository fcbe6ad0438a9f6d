import { Problem } from "@letsdata/plugin-kit/problems";
import { implement } from "@orpc/server";
import { contract } from "../contract/contract.ts";
import type { RequestContext } from "./context.ts";

const implementer = implement(contract).$context<RequestContext>();

/** Operations anybody may call. */
export const open = implementer;

/** Operations of signed-in users: refuses strangers, narrow keys and missing roles before the operation runs. */
export const signedIn = implementer.use(({ context, procedure, next }) => {
  const { access, writes } = procedure["~orpc"].meta;
  const { caller } = context;
  if (caller === null) throw new Problem("UNAUTHENTICATED", "Sign in, or send a valid API key.");
  if (writes && caller.scope === "read") throw new Problem("FORBIDDEN", "This API key may only read.");
  if (access === "admin" && caller.userRole !== "TenantAdmin") {
    throw new Problem("FORBIDDEN", "Only a TenantAdmin may do this.");
  }
  return next({ context: { ...context, ...caller, caller } });
});
