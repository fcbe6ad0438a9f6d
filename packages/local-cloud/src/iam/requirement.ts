import type { PolicyDocument } from "./policy-document.ts";

/** Condition keys in lower case. */
export type ConditionContext = ReadonlyMap<string, readonly string[]>;

export interface ResourceOwner {
  readonly accountId: string;
  readonly policy: PolicyDocument | null;
  /** The policy must allow; the caller's own policies alone never do (keys of KMS). */
  readonly policyDecides?: boolean;
}

/** One action on one resource. `owner` absent: the resource belongs to the caller's own account and has no policy. */
export interface Requirement {
  readonly action: string;
  readonly resource: string;
  readonly context?: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly owner?: ResourceOwner;
}
