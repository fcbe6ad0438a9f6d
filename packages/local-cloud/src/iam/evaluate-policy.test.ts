import { describe, expect, test } from "vitest";
import type { Caller } from "./caller.ts";
import { ANONYMOUS } from "./caller.ts";
import { evaluateAccess } from "./evaluate-policy.ts";
import { parsePolicy } from "./policy-document.ts";

const statement = (more: object) => ({
  Effect: "Allow",
  Action: "s3:GetObject",
  Resource: "arn:aws:s3:::b/*",
  ...more,
});
const policy = (...Statement: object[]) => JSON.stringify({ Version: "2012-10-17", Statement });

interface Case {
  readonly name: string;
  readonly identity?: readonly object[];
  readonly session?: readonly object[];
  readonly resourcePolicy?: readonly object[];
  readonly ownerAccount?: string;
  readonly caller?: "user" | "role" | "anonymous";
  readonly action?: string;
  readonly resource?: string;
  readonly context?: Readonly<Record<string, string | readonly string[]>>;
  readonly expected: boolean | string;
}

const OWN = "111111111111";
const OTHER = "222222222222";
const USER = `arn:aws:iam::${OWN}:user/alice`;
const ROLE = `arn:aws:iam::${OWN}:role/reader`;
const SESSION = `arn:aws:sts::${OWN}:assumed-role/reader/run-1`;
const principal = (AWS: string | string[], more: object = {}) => statement({ Principal: { AWS }, ...more });
const when = (Condition: object, more: object = {}) => [statement({ Condition, ...more })];

const CASES: readonly Case[] = [
  { name: "nothing said is denied", expected: "identity-based" },
  { name: "an identity policy allows", identity: [statement({})], expected: true },
  {
    name: "an explicit deny wins",
    identity: [statement({}), statement({ Effect: "Deny" })],
    expected: "deny identity-based",
  },
  {
    name: "another action is not allowed",
    identity: [statement({})],
    action: "s3:PutObject",
    expected: "identity-based",
  },
  { name: "actions ignore case", identity: [statement({ Action: "S3:getobject" })], expected: true },
  { name: "resources heed case", identity: [statement({ Resource: "arn:aws:s3:::B/*" })], expected: "identity-based" },
  { name: "? is one character", identity: [statement({ Resource: "arn:aws:s3:::b/?" })], expected: true },
  {
    name: "wildcards do not reach behind the end",
    identity: [statement({ Action: "s3:Get" })],
    expected: "identity-based",
  },
  {
    name: "NotAction allows everything else",
    identity: [statement({ NotAction: "iam:*", Action: undefined })],
    expected: true,
  },
  {
    name: "NotAction leaves its own out",
    identity: [statement({ NotAction: "s3:*", Action: undefined })],
    expected: "identity-based",
  },
  {
    name: "NotResource",
    identity: [statement({ NotResource: "arn:aws:s3:::secret/*", Resource: undefined })],
    expected: true,
  },
  {
    name: "NotResource leaves its own out",
    identity: [statement({ NotResource: "arn:aws:s3:::b/*", Resource: undefined })],
    expected: "identity-based",
  },
  {
    name: "characters of regular expressions are plain",
    identity: [statement({ Resource: "arn:aws:s3:::b.(x" })],
    resource: "arn:aws:s3:::bb(x",
    expected: "identity-based",
  },

  {
    name: "session policy narrows",
    caller: "role",
    identity: [statement({ Action: "*", Resource: "*" })],
    session: [statement({ Action: "s3:PutObject" })],
    expected: "session",
  },
  { name: "session policy cannot add", caller: "role", session: [statement({})], expected: "identity-based" },
  { name: "both allow", caller: "role", identity: [statement({})], session: [statement({})], expected: true },
  {
    name: "session deny",
    caller: "role",
    identity: [statement({})],
    session: [statement({}), statement({ Effect: "Deny" })],
    expected: "deny session",
  },

  {
    name: "same account: a resource policy naming the user suffices",
    resourcePolicy: [principal(USER)],
    expected: true,
  },
  {
    name: "same account: one naming the role suffices",
    caller: "role",
    resourcePolicy: [principal(ROLE)],
    expected: true,
  },
  {
    name: "…but the session policy still bounds the role",
    caller: "role",
    resourcePolicy: [principal(ROLE)],
    session: [statement({ Action: "s3:PutObject" })],
    expected: "session",
  },
  {
    name: "…and one naming the session does not",
    caller: "role",
    resourcePolicy: [principal(SESSION)],
    session: [statement({ Action: "s3:PutObject" })],
    expected: true,
  },
  {
    name: "same account: naming the account only delegates",
    resourcePolicy: [principal(`arn:aws:iam::${OWN}:root`)],
    expected: "identity-based",
  },
  { name: "same account: everyone is everyone", resourcePolicy: [statement({ Principal: "*" })], expected: true },
  {
    name: "another user's policy is not mine",
    resourcePolicy: [principal(`arn:aws:iam::${OWN}:user/bob`)],
    expected: "identity-based",
  },
  {
    name: "resource deny beats identity allow",
    identity: [statement({})],
    resourcePolicy: [principal("*", { Effect: "Deny" })],
    expected: "deny resource-based",
  },
  {
    name: "NotPrincipal deny spares the named",
    identity: [statement({})],
    resourcePolicy: [statement({ Effect: "Deny", NotPrincipal: { AWS: USER } })],
    expected: true,
  },
  {
    name: "NotPrincipal deny hits the rest",
    identity: [statement({})],
    resourcePolicy: [statement({ Effect: "Deny", NotPrincipal: { AWS: ROLE } })],
    expected: "deny resource-based",
  },

  {
    name: "cross-account: identity alone is not enough",
    identity: [statement({})],
    ownerAccount: OTHER,
    expected: "resource-based",
  },
  {
    name: "cross-account: resource alone is not enough",
    resourcePolicy: [principal(USER)],
    ownerAccount: OTHER,
    expected: "identity-based",
  },
  {
    name: "cross-account: both, by user",
    identity: [statement({})],
    resourcePolicy: [principal(USER)],
    ownerAccount: OTHER,
    expected: true,
  },
  {
    name: "cross-account: both, by account",
    identity: [statement({})],
    resourcePolicy: [principal(OWN)],
    ownerAccount: OTHER,
    expected: true,
  },
  {
    name: "cross-account: session policy too",
    caller: "role",
    identity: [statement({})],
    session: [],
    resourcePolicy: [principal(ROLE)],
    ownerAccount: OTHER,
    expected: "session",
  },
  {
    name: "the public may read a public bucket",
    caller: "anonymous",
    resourcePolicy: [statement({ Principal: "*" })],
    ownerAccount: OTHER,
    expected: true,
  },
  {
    name: "the public may not read a private one",
    caller: "anonymous",
    resourcePolicy: [principal(OTHER)],
    ownerAccount: OTHER,
    expected: "resource-based",
  },

  {
    name: "StringEquals",
    identity: when({ StringEquals: { "s3:prefix": ["a", "b"] } }),
    context: { "s3:prefix": "b" },
    expected: true,
  },
  {
    name: "StringEquals heeds case",
    identity: when({ StringEquals: { "s3:prefix": "A" } }),
    context: { "s3:prefix": "a" },
    expected: "identity-based",
  },
  {
    name: "StringEquals with the key absent",
    identity: when({ StringEquals: { "s3:prefix": "a" } }),
    expected: "identity-based",
  },
  {
    name: "StringEqualsIfExists with the key absent",
    identity: when({ StringEqualsIfExists: { "s3:prefix": "a" } }),
    expected: true,
  },
  {
    name: "StringNotEquals with the key absent",
    identity: when({ StringNotEquals: { "s3:prefix": "a" } }),
    expected: true,
  },
  {
    name: "StringNotEquals is none of them",
    identity: when({ StringNotEquals: { "s3:prefix": ["a", "b"] } }),
    context: { "s3:prefix": "b" },
    expected: "identity-based",
  },
  {
    name: "StringEqualsIgnoreCase",
    identity: when({ StringEqualsIgnoreCase: { "s3:prefix": "HOME/" } }),
    context: { "s3:prefix": "home/" },
    expected: true,
  },
  {
    name: "StringLike",
    identity: when({ StringLike: { "s3:prefix": "home/*" } }),
    context: { "s3:prefix": "home/x/y" },
    expected: true,
  },
  {
    name: "StringEquals takes * as it is",
    identity: when({ StringEquals: { "s3:prefix": "home/*" } }),
    context: { "s3:prefix": "home/x" },
    expected: "identity-based",
  },
  {
    name: "condition keys ignore case",
    identity: when({ StringEquals: { "AWS:SourceAccount": OWN } }),
    context: { "aws:sourceaccount": OWN },
    expected: true,
  },
  {
    name: "ArnLike matches part by part",
    identity: when({ ArnLike: { "aws:SourceArn": "arn:aws:lambda:*:111111111111:function:x*" } }),
    context: { "aws:sourcearn": "arn:aws:lambda:eu-west-1:111111111111:function:xyz" },
    expected: true,
  },
  {
    name: "ArnLike wildcards stop at colons",
    identity: when({ ArnLike: { "aws:SourceArn": "arn:aws:lambda:*:function:x" } }),
    context: { "aws:sourcearn": "arn:aws:lambda:eu:1:function:x" },
    expected: "identity-based",
  },
  {
    name: "ArnNotEquals",
    identity: when({ ArnNotEquals: { "aws:PrincipalArn": USER } }),
    context: { "aws:principalarn": ROLE },
    expected: true,
  },
  {
    name: "Bool",
    identity: when({ Bool: { "aws:SecureTransport": "true" } }),
    context: { "aws:securetransport": "false" },
    expected: "identity-based",
  },
  { name: "Null true: the key must be absent", identity: when({ Null: { "sts:ExternalId": "true" } }), expected: true },
  {
    name: "Null false: the key must be there",
    identity: when({ Null: { "sts:ExternalId": false } }),
    expected: "identity-based",
  },
  {
    name: "NumericLessThanEquals",
    identity: when({ NumericLessThanEquals: { "s3:max-keys": "10" } }),
    context: { "s3:max-keys": "10" },
    expected: true,
  },
  {
    name: "NumericLessThanEquals beyond",
    identity: when({ NumericLessThanEquals: { "s3:max-keys": 10 } }),
    context: { "s3:max-keys": "11" },
    expected: "identity-based",
  },
  {
    name: "DateGreaterThan",
    identity: when({ DateGreaterThan: { "aws:CurrentTime": "2026-01-01T00:00:00Z" } }),
    context: { "aws:currenttime": "2026-06-01T00:00:00Z" },
    expected: true,
  },
  {
    name: "DateLessThan with epoch seconds",
    identity: when({ DateLessThan: { "aws:EpochTime": "2026-01-01T00:00:00Z" } }),
    context: { "aws:epochtime": "1700000000" },
    expected: true,
  },
  {
    name: "IpAddress",
    identity: when({ IpAddress: { "aws:SourceIp": "127.0.0.0/8" } }),
    context: { "aws:sourceip": "127.0.0.1" },
    expected: true,
  },
  {
    name: "NotIpAddress",
    identity: when({ NotIpAddress: { "aws:SourceIp": "127.0.0.0/8" } }),
    context: { "aws:sourceip": "127.0.0.1" },
    expected: "identity-based",
  },
  {
    name: "ForAnyValue",
    identity: when({ "ForAnyValue:StringEquals": { "aws:TagKeys": ["a", "b"] } }),
    context: { "aws:tagkeys": ["x", "b"] },
    expected: true,
  },
  {
    name: "ForAllValues",
    identity: when({ "ForAllValues:StringEquals": { "aws:TagKeys": ["a", "b"] } }),
    context: { "aws:tagkeys": ["x", "b"] },
    expected: "identity-based",
  },
  {
    name: "ForAllValues holds for none",
    identity: when({ "ForAllValues:StringEquals": { "aws:TagKeys": ["a"] } }),
    expected: true,
  },
  {
    name: "ForAnyValue fails for none",
    identity: when({ "ForAnyValue:StringEquals": { "aws:TagKeys": ["a"] } }),
    expected: "identity-based",
  },
  {
    name: "all conditions must hold",
    identity: when({ StringEquals: { "s3:prefix": "a", "s3:delimiter": "/" } }),
    context: { "s3:prefix": "a" },
    expected: "identity-based",
  },
  {
    name: "a policy variable stands for the caller",
    identity: [statement({ Resource: "arn:aws:s3:::b/${aws:username}/*" })],
    resource: "arn:aws:s3:::b/alice/x",
    context: { "aws:username": "alice" },
    expected: true,
  },
  {
    name: "a variable without a value matches nothing",
    identity: [statement({ Resource: "arn:aws:s3:::b/${aws:username}*" })],
    resource: "arn:aws:s3:::b/x",
    expected: "identity-based",
  },
  {
    name: "a variable's default",
    identity: [statement({ Resource: "arn:aws:s3:::b/${aws:username, 'guest'}/*" })],
    resource: "arn:aws:s3:::b/guest/x",
    expected: true,
  },
  {
    name: "an escaped star is a star",
    identity: [statement({ Resource: "arn:aws:s3:::b/${*}" })],
    resource: "arn:aws:s3:::b/x",
    expected: "identity-based",
  },
  {
    name: "an escaped star matches a star",
    identity: [statement({ Resource: "arn:aws:s3:::b/${*}" })],
    resource: "arn:aws:s3:::b/*",
    expected: true,
  },
];

function callerOf({ caller = "user", identity = [], session }: Case): Caller {
  if (caller === "anonymous") return ANONYMOUS;
  return {
    ...ANONYMOUS,
    kind: caller === "user" ? "user" : "assumed-role",
    accountId: OWN,
    arn: caller === "user" ? USER : SESSION,
    principalArn: caller === "user" ? USER : ROLE,
    identityPolicies: [parsePolicy(policy(...identity), "identity")],
    sessionPolicies: session ? [parsePolicy(policy(...session), "identity")] : null,
  };
}

describe("the table of cases from AWS's documentation", () => {
  test.each(CASES.map((entry) => [entry.name, entry] as const))("%s", (_name, entry) => {
    const decision = evaluateAccess({
      caller: callerOf(entry),
      action: entry.action ?? "s3:GetObject",
      resource: entry.resource ?? "arn:aws:s3:::b/k",
      context: new Map(
        Object.entries(entry.context ?? {}).map(([key, value]) => [key, typeof value === "string" ? [value] : value]),
      ),
      owner: {
        accountId: entry.ownerAccount ?? OWN,
        policy: entry.resourcePolicy ? parsePolicy(policy(...entry.resourcePolicy), "resource") : null,
      },
    });
    const found = decision.allowed ? true : `${decision.explicit ? "deny " : ""}${decision.by}`;
    expect(found).toBe(entry.expected);
  });
});

test.each([
  ["not JSON", "{", "identity"],
  ["no effect", policy({ Action: "s3:*", Resource: "*" }), "identity"],
  ["no vendor in the action", policy({ Effect: "Allow", Action: "GetObject", Resource: "*" }), "identity"],
  ["a resource that is no ARN", policy(statement({ Resource: "bucket" })), "identity"],
  ["a principal in an identity policy", policy(statement({ Principal: "*" })), "identity"],
  ["no principal in a trust policy", policy({ Effect: "Allow", Action: "sts:AssumeRole" }), "trust"],
  ["a resource in a trust policy", policy(statement({ Principal: "*" })), "trust"],
  [
    "a wildcard inside a principal's ARN",
    policy({ Effect: "Allow", Action: "sts:AssumeRole", Principal: { AWS: "arn:aws:iam::111111111111:role/*" } }),
    "trust",
  ],
  ["an unknown operator", policy(statement({ Condition: { StringSame: { "a:b": "c" } } })), "identity"],
  ["a misspelt element", policy(statement({ Resources: "*" })), "identity"],
] as const)("a policy with %s is refused", (_name, text, use) => {
  expect(() => parsePolicy(text, use)).toThrow(expect.objectContaining({ code: "MalformedPolicyDocument" }));
});
