import type { PolicyDocument } from "./policy-document.ts";

/** Who signed the request, with everything policies may ask about. */
export interface Caller {
  readonly kind: "user" | "assumed-role" | "anonymous";
  readonly accountId: string;
  /** `arn:aws:iam::…:user/x` or `arn:aws:sts::…:assumed-role/x/session`. */
  readonly arn: string;
  /** What `aws:PrincipalArn` holds: the role's ARN for a session. */
  readonly principalArn: string;
  readonly uniqueId: string;
  readonly userName: string | null;
  readonly accessKeyId: string;
  readonly identityPolicies: readonly PolicyDocument[];
  /** null: the session carries no session policy. */
  readonly sessionPolicies: readonly PolicyDocument[] | null;
}

export const ANONYMOUS: Caller = {
  kind: "anonymous",
  accountId: "anonymous",
  arn: "anonymous",
  principalArn: "anonymous",
  uniqueId: "anonymous",
  userName: null,
  accessKeyId: "",
  identityPolicies: [],
  sessionPolicies: null,
};
