import type { Caller } from "./caller.ts";
import type { PolicyPrincipals } from "./policy-document.ts";

/** How narrowly a policy names the caller. The narrower, the less the caller's own policies matter. */
export type PrincipalMatch = "session" | "user" | "role" | "account" | "everyone";

const NARROWEST_FIRST: readonly PrincipalMatch[] = ["session", "user", "role", "everyone", "account"];

export function matchPrincipal(principals: PolicyPrincipals, caller: Caller): PrincipalMatch | null {
  if (principals === "*") return "everyone";
  const matches = (principals.AWS ?? []).map((entry) => matchEntry(entry, caller));
  return NARROWEST_FIRST.find((match) => matches.includes(match)) ?? null;
}

function matchEntry(entry: string, caller: Caller): PrincipalMatch | null {
  if (entry === "*") return "everyone";
  if (caller.kind === "anonymous") return null;
  if (entry === caller.accountId || entry === `arn:aws:iam::${caller.accountId}:root`) return "account";
  if (entry === caller.arn) return caller.kind === "assumed-role" ? "session" : "user";
  if (entry === caller.principalArn) return caller.kind === "assumed-role" ? "role" : "user";
  return null;
}
