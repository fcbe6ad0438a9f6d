import type { Caller } from "./caller.ts";
import { conditionsHold, substituteVariables } from "./match-conditions.ts";
import { matchPrincipal, type PrincipalMatch } from "./match-principal.ts";
import type { PolicyDocument, PolicyStatement } from "./policy-document.ts";
import type { ConditionContext, ResourceOwner } from "./requirement.ts";
import { matchesWildcard } from "./wildcard.ts";

export type PolicyKind = "identity-based" | "session" | "resource-based";
export type Decision =
  | { readonly allowed: true }
  | { readonly allowed: false; readonly explicit: boolean; readonly by: PolicyKind };

export interface AccessQuestion {
  readonly caller: Caller;
  readonly action: string;
  readonly resource: string;
  readonly context: ConditionContext;
  readonly owner: ResourceOwner;
  /** A role's trust policy must allow; the caller's own policies alone never do. */
  readonly resourcePolicyDecides?: boolean;
}

/**
 * AWS's evaluation logic: an explicit deny anywhere wins; another account's resource needs both sides; in one account either
 * side suffices, except that a policy naming the whole account only delegates to the caller's identity policies. Session
 * policies bound everything but a resource policy that names the session itself.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
 */
export function evaluateAccess(question: AccessQuestion): Decision {
  const { caller, owner } = question;
  const identity = evaluateOwn(caller.identityPolicies, question);
  const session = caller.sessionPolicies ? evaluateOwn(caller.sessionPolicies, question) : "allow";
  const resource = evaluateResource(owner.policy, question);

  if (identity === "deny") return denied(true, "identity-based");
  if (session === "deny") return denied(true, "session");
  if (resource === "deny") return denied(true, "resource-based");

  const sameAccount = caller.accountId === owner.accountId;
  if (caller.kind === "anonymous") return resource === "everyone" ? ALLOWED : denied(false, "resource-based");
  if (!sameAccount) {
    if (identity !== "allow") return denied(false, "identity-based");
    if (session !== "allow") return denied(false, "session");
    return resource === null ? denied(false, "resource-based") : ALLOWED;
  }
  if (resource === "session") return ALLOWED;
  const grantedByResource = resource === "user" || resource === "role" || resource === "everyone";
  if (question.resourcePolicyDecides && resource === null) return denied(false, "resource-based");
  if (!grantedByResource && identity !== "allow") return denied(false, "identity-based");
  return session === "allow" ? ALLOWED : denied(false, "session");
}

const ALLOWED: Decision = { allowed: true };

function denied(explicit: boolean, by: PolicyKind): Decision {
  return { allowed: false, explicit, by };
}

function evaluateOwn(policies: readonly PolicyDocument[], question: AccessQuestion): "allow" | "deny" | "none" {
  let result: "allow" | "none" = "none";
  for (const policy of policies) {
    for (const statement of policy.statements) {
      if (result === "allow" && statement.effect === "Allow") continue;
      if (!statementApplies(statement, question, policy.version)) continue;
      if (statement.effect === "Deny") return "deny";
      result = "allow";
    }
  }
  return result;
}

function evaluateResource(policy: PolicyDocument | null, question: AccessQuestion): PrincipalMatch | "deny" | null {
  if (!policy) return null;
  const granted = new Set<PrincipalMatch>();
  for (const statement of policy.statements) {
    const match = principalOf(statement, question.caller);
    if (match === null || !statementApplies(statement, question, policy.version)) continue;
    if (statement.effect === "Deny") return "deny";
    granted.add(match);
  }
  for (const match of ["session", "user", "role", "everyone", "account"] as const) if (granted.has(match)) return match;
  return null;
}

function principalOf(statement: PolicyStatement, caller: Caller): PrincipalMatch | null {
  if (statement.principals) return matchPrincipal(statement.principals, caller);
  if (!statement.notPrincipals) return null;
  return matchPrincipal(statement.notPrincipals, caller) === null ? "everyone" : null;
}

function statementApplies(statement: PolicyStatement, question: AccessQuestion, version: string): boolean {
  const { actions, notActions, resources, notResources } = statement;
  const actionMatches = (pattern: string) => matchesWildcard(pattern, question.action, true);
  if (actions && !actions.some(actionMatches)) return false;
  if (notActions?.some(actionMatches)) return false;

  const resourceMatches = (pattern: string) => {
    const concrete = substituteVariables(pattern, question.context, version);
    return concrete !== null && matchesWildcard(concrete, question.resource);
  };
  if (resources && !resources.some(resourceMatches)) return false;
  if (notResources?.some(resourceMatches)) return false;
  return conditionsHold(statement.conditions, question.context, version);
}
