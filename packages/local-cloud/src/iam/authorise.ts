import { AwsError } from "../server/aws-error.ts";
import type { Caller } from "./caller.ts";
import { type Decision, evaluateAccess } from "./evaluate-policy.ts";
import type { ConditionContext, Requirement, ResourceOwner } from "./requirement.ts";

/** Throws AwsError AccessDenied in AWS's wording for the first requirement that is not granted. */
export function authorise(
  caller: Caller,
  requirements: readonly Requirement[],
  requestContext: ConditionContext,
  errorCode: "AccessDenied" | "AccessDeniedException",
): void {
  for (const requirement of requirements) {
    const decision = decide(caller, requirement, requestContext);
    if (decision.allowed) continue;
    throw new AwsError(
      errorCode,
      denialMessage(caller, requirement, decision),
      errorCode === "AccessDenied" ? 403 : 400,
    );
  }
}

export function isAllowed(caller: Caller, requirement: Requirement, requestContext: ConditionContext): boolean {
  return decide(caller, requirement, requestContext).allowed;
}

function decide(caller: Caller, requirement: Requirement, requestContext: ConditionContext): Decision {
  const owner: ResourceOwner = requirement.owner ?? { accountId: caller.accountId, policy: null };
  return evaluateAccess({
    caller,
    action: requirement.action,
    resource: requirement.resource,
    context: withContext(requestContext, { ...requirement.context, "aws:ResourceAccount": owner.accountId }),
    owner,
    resourcePolicyDecides: owner.policyDecides ?? false,
  });
}

export function withContext(
  base: ConditionContext,
  more: Readonly<Record<string, string | readonly string[] | undefined>>,
): ConditionContext {
  const merged = new Map(base);
  for (const [key, value] of Object.entries(more)) {
    if (value !== undefined) merged.set(key.toLowerCase(), typeof value === "string" ? [value] : value);
  }
  return merged;
}

function denialMessage(caller: Caller, requirement: Requirement, decision: Decision & { allowed: false }): string {
  const { action, resource } = requirement;
  if (caller.kind === "anonymous") return "Access Denied";
  const quote = action.startsWith("s3:") ? '"' : "";
  const article = decision.by === "identity-based" ? "an" : "a";
  const why = decision.explicit
    ? `with an explicit deny in ${article} ${decision.by} policy`
    : `because no ${decision.by} policy allows the ${action} action`;
  return `User: ${caller.arn} is not authorized to perform: ${action} on resource: ${quote}${resource}${quote} ${why}`;
}
