import type { ProblemDetail } from "./problems.ts";

/** Actions a component needs on resources, stated beside the calls that make them. */
export interface Permission {
  readonly actions: readonly string[];
  /** ARNs; `*` only with `whyStar`. */
  readonly resources: readonly string[];
  /** What the calls are for, in words of the console. */
  readonly reason: string;
  readonly whyStar?: string;
}

export interface PolicyStatement {
  readonly Sid?: string;
  readonly Effect: "Allow" | "Deny";
  readonly Action: string | readonly string[];
  readonly Resource?: string | readonly string[];
  readonly Principal?: "*" | Readonly<Record<string, string | readonly string[]>>;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

export interface PolicyDocument {
  readonly Version: "2012-10-17";
  readonly Statement: readonly PolicyStatement[];
}

/** What an access check found. */
export interface AccessFinding extends ProblemDetail {
  /** Added to the role's policy it cures the finding; absent where no statement does. */
  readonly statement?: PolicyStatement;
}
