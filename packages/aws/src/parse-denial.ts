/** Which side refused: the caller's own policies, or the policy on the resource (a role's trust policy included). */
export type DenyingSide = "identity" | "resource" | "session" | "boundary" | "organisation" | "unknown";

export interface Denial {
  readonly principal?: string;
  readonly action?: string;
  readonly resource?: string;
  readonly reason?: string;
  readonly side: DenyingSide;
}

const SENTENCE =
  /User: (?<principal>\S+) is not authorized to perform: (?<action>[\w-]+:\w+)(?: on resource: "?(?<resource>[^\s"]+)"?)?(?: (?<reason>(?:because|with) .+))?/s;

const SIDES: readonly (readonly [RegExp, DenyingSide])[] = [
  [/identity-based/, "identity"],
  [/resource-based|trust policy|resource control/, "resource"],
  [/session policy|session policies/, "session"],
  [/permissions boundary/, "boundary"],
  [/service control/, "organisation"],
];

/**
 * AWS's two wordings: with and without the resource, each with or without the reason.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
 */
export function parseDenial(message: string): Denial {
  const found = SENTENCE.exec(message)?.groups;
  if (!found) return { side: "unknown" };
  const reason = found.reason?.replace(/\.$/, "");
  return {
    side: SIDES.find(([pattern]) => reason !== undefined && pattern.test(reason))?.[1] ?? "unknown",
    ...(found.principal === undefined ? {} : { principal: found.principal }),
    ...(found.action === undefined ? {} : { action: found.action }),
    ...(found.resource === undefined ? {} : { resource: found.resource }),
    ...(reason === undefined ? {} : { reason }),
  };
}
