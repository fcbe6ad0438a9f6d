import {
  AttachRolePolicyCommand,
  CreateAccessKeyCommand,
  CreatePolicyCommand,
  CreateRoleCommand,
  CreateUserCommand,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  GetRoleCommand,
  ListAttachedRolePoliciesCommand,
  ListRolePoliciesCommand,
  PutRolePolicyCommand,
  PutUserPolicyCommand,
  UpdateAssumeRolePolicyCommand,
} from "@aws-sdk/client-iam";
import { AssumeRoleCommand, GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { assumedRole, type Clients, clientsFor } from "../testing/clients.ts";
import { ACCOUNT, KEYS, OTHER_ACCOUNT, OTHER_KEYS, startTestCloud, type TestCloud } from "../testing/test-cloud.ts";

let cloud: TestCloud;
let own: Clients;
let other: Clients;
let skewMs = 0;

beforeAll(async () => {
  cloud = await startTestCloud({ now: () => Date.now() + skewMs });
  own = clientsFor(cloud.endpoint, KEYS);
  other = clientsFor(cloud.endpoint, OTHER_KEYS);
  const trust = trustOf({ AWS: `arn:aws:iam::${ACCOUNT}:user/admin` });
  await own.iam.send(
    new CreateRoleCommand({ RoleName: "middle", AssumeRolePolicyDocument: trust, MaxSessionDuration: 7200 }),
  );
  await allow("middle", "sts:AssumeRole", "*");
});
afterAll(() => cloud.remove());

function trustOf(Principal: unknown, Condition?: object, more: object[] = []): string {
  return JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal, Action: "sts:AssumeRole", ...(Condition ? { Condition } : {}) }, ...more],
  });
}
function policyOf(Action: string | string[], Resource: string | string[]): string {
  return JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect: "Allow", Action, Resource }] });
}
const allow = (RoleName: string, Action: string, Resource: string) =>
  own.iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: "allow", PolicyDocument: policyOf(Action, Resource) }));

const EXTERNAL = { StringEquals: { "sts:ExternalId": "right" } };
const OWN_USER = { AWS: `arn:aws:iam::${ACCOUNT}:user/admin` };
const OTHER_ROOT = { AWS: `arn:aws:iam::${OTHER_ACCOUNT}:root` };

describe("the trust policy decides who may assume a role", () => {
  const CASES: readonly [
    string,
    { trust: string; who: "own" | "other" | "middle" | "plain"; externalId?: string; allowed: boolean },
  ][] = [
    ["the user it names", { trust: trustOf(OWN_USER), who: "own", allowed: true }],
    ["another account's user, not named", { trust: trustOf(OWN_USER), who: "other", allowed: false }],
    ["the other account, with the caller's own right", { trust: trustOf(OTHER_ROOT), who: "other", allowed: true }],
    ["the other account by number", { trust: trustOf({ AWS: OTHER_ACCOUNT }), who: "other", allowed: true }],
    ["its own account, with the caller's own right", { trust: trustOf({ AWS: ACCOUNT }), who: "own", allowed: true }],
    [
      "its own account, without a right of the caller's own",
      { trust: trustOf({ AWS: ACCOUNT }), who: "plain", allowed: false },
    ],
    [
      "a user it names needs no right of its own in one account",
      { trust: trustOf({ AWS: `arn:aws:iam::${ACCOUNT}:user/plain` }), who: "plain", allowed: true },
    ],
    [
      "a role session, by the role's ARN",
      { trust: trustOf({ AWS: `arn:aws:iam::${ACCOUNT}:role/middle` }), who: "middle", allowed: true },
    ],
    [
      "a role session, by its own ARN",
      {
        trust: trustOf({ AWS: `arn:aws:sts::${ACCOUNT}:assumed-role/middle/test-session` }),
        who: "middle",
        allowed: true,
      },
    ],
    [
      "a role session of another name",
      { trust: trustOf({ AWS: `arn:aws:sts::${ACCOUNT}:assumed-role/middle/else` }), who: "middle", allowed: false },
    ],
    ["everyone", { trust: trustOf({ AWS: "*" }), who: "other", allowed: true }],
    ["a service only", { trust: trustOf({ Service: "lambda.amazonaws.com" }), who: "own", allowed: false }],
    [
      "the right external id",
      { trust: trustOf(OTHER_ROOT, EXTERNAL), who: "other", externalId: "right", allowed: true },
    ],
    ["no external id", { trust: trustOf(OTHER_ROOT, EXTERNAL), who: "other", allowed: false }],
    [
      "a wrong external id",
      { trust: trustOf(OTHER_ROOT, EXTERNAL), who: "other", externalId: "wrong", allowed: false },
    ],
    [
      "an external id of other case",
      { trust: trustOf(OTHER_ROOT, EXTERNAL), who: "other", externalId: "Right", allowed: false },
    ],
    ["an external id nobody asked for", { trust: trustOf(OTHER_ROOT), who: "other", externalId: "any", allowed: true }],
    [
      "IfExists lets a missing external id pass",
      {
        trust: trustOf(OTHER_ROOT, { StringEqualsIfExists: { "sts:ExternalId": "right" } }),
        who: "other",
        allowed: true,
      },
    ],
    [
      "one of several external ids",
      {
        trust: trustOf(OTHER_ROOT, { StringEquals: { "sts:ExternalId": ["a1", "right"] } }),
        who: "other",
        externalId: "right",
        allowed: true,
      },
    ],
    [
      "an explicit deny",
      {
        trust: trustOf(OWN_USER, undefined, [{ Effect: "Deny", Principal: "*", Action: "sts:AssumeRole" }]),
        who: "own",
        allowed: false,
      },
    ],
    [
      "a condition on the principal's account",
      {
        trust: trustOf({ AWS: "*" }, { StringEquals: { "aws:PrincipalAccount": ACCOUNT } }),
        who: "other",
        allowed: false,
      },
    ],
    [
      "a condition on the session's name",
      { trust: trustOf(OWN_USER, { StringLike: { "sts:RoleSessionName": "test-*" } }), who: "own", allowed: true },
    ],
  ];
  let callers: Record<"own" | "other" | "middle" | "plain", Clients>;
  beforeAll(async () => {
    await own.iam.send(new CreateUserCommand({ UserName: "plain" }));
    const { AccessKey } = await own.iam.send(new CreateAccessKeyCommand({ UserName: "plain" }));
    const plain = clientsFor(cloud.endpoint, {
      accessKeyId: AccessKey?.AccessKeyId ?? "",
      secretAccessKey: AccessKey?.SecretAccessKey ?? "",
    });
    const middle = await assumedRole(own, cloud.endpoint, { RoleArn: `arn:aws:iam::${ACCOUNT}:role/middle` });
    await own.iam.send(new CreateRoleCommand({ RoleName: "case", AssumeRolePolicyDocument: trustOf(OWN_USER) }));
    callers = { own, other, middle, plain };
  });
  test.each(CASES)("%s", async (_name, { trust, who, externalId, allowed }) => {
    await own.iam.send(new UpdateAssumeRolePolicyCommand({ RoleName: "case", PolicyDocument: trust }));
    const RoleArn = `arn:aws:iam::${ACCOUNT}:role/case`;
    const attempt = callers[who].sts.send(
      new AssumeRoleCommand({ RoleArn, RoleSessionName: "test-session", ExternalId: externalId }),
    );
    if (allowed)
      expect((await attempt).AssumedRoleUser?.Arn).toBe(`arn:aws:sts::${ACCOUNT}:assumed-role/case/test-session`);
    else
      await expect(attempt).rejects.toMatchObject({
        name: "AccessDenied",
        message: expect.stringMatching(
          /^User: \S+ is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::000000000001:role\/case$/,
        ),
      });
  });
});

test("across accounts the caller's own policy must allow too", async () => {
  const trust = trustOf({ AWS: `arn:aws:iam::${OTHER_ACCOUNT}:user/narrow` });
  await other.iam.send(new CreateUserCommand({ UserName: "narrow" }));
  const { AccessKey } = await other.iam.send(new CreateAccessKeyCommand({ UserName: "narrow" }));
  const narrow = clientsFor(cloud.endpoint, {
    accessKeyId: AccessKey?.AccessKeyId ?? "",
    secretAccessKey: AccessKey?.SecretAccessKey ?? "",
  });
  await own.iam.send(new CreateRoleCommand({ RoleName: "across", AssumeRolePolicyDocument: trust }));
  const RoleArn = `arn:aws:iam::${ACCOUNT}:role/across`;
  const attempt = () => narrow.sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: "s1" }));
  await expect(attempt()).rejects.toMatchObject({ name: "AccessDenied" });
  await other.iam.send(
    new PutUserPolicyCommand({
      UserName: "narrow",
      PolicyName: "p",
      PolicyDocument: policyOf("sts:AssumeRole", RoleArn),
    }),
  );
  await attempt();
});

test("limits of a session: names, duration, chaining, session policy", async () => {
  const RoleArn = `arn:aws:iam::${ACCOUNT}:role/middle`;
  const attempt = (more: object, clients = own) =>
    clients.sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: "test", ...more }));
  await expect(attempt({ RoleSessionName: "a b" })).rejects.toMatchObject({ name: "ValidationError" });
  await expect(attempt({ DurationSeconds: 899 })).rejects.toMatchObject({ name: "ValidationError" });
  await attempt({ DurationSeconds: 7200 });
  await expect(attempt({ DurationSeconds: 7201 })).rejects.toMatchObject({
    name: "ValidationError",
    message: expect.stringContaining("MaxSessionDuration"),
  });
  await expect(attempt({ Policy: policyOf("s3:GetObject", `arn:aws:s3:::${"x".repeat(2000)}`) })).rejects.toMatchObject(
    { name: "ValidationError", message: expect.stringContaining("less than or equal to 2048") },
  );
  const random = Array.from({ length: 1900 }, (_, index) =>
    String.fromCharCode(97 + ((index * index * 7919) % 26)),
  ).join("");
  expect(
    (await attempt({ Policy: policyOf("s3:GetObject", `arn:aws:s3:::${random.slice(0, 500)}`) })).PackedPolicySize,
  ).toBeGreaterThan(0);
  await expect(attempt({ Policy: "{" })).rejects.toMatchObject({
    name: expect.stringMatching(/^MalformedPolicyDocument/),
  });
  await expect(attempt({ RoleArn: `arn:aws:iam::${ACCOUNT}:role/not-there` })).rejects.toMatchObject({
    name: "AccessDenied",
  });

  await own.iam.send(
    new UpdateAssumeRolePolicyCommand({
      RoleName: "middle",
      PolicyDocument: trustOf({ AWS: [`arn:aws:iam::${ACCOUNT}:user/admin`, `arn:aws:iam::${ACCOUNT}:role/middle`] }),
    }),
  );
  const session = await assumedRole(own, cloud.endpoint, { RoleArn });
  await attempt({ DurationSeconds: 3600 }, session);
  await expect(attempt({ DurationSeconds: 3601 }, session)).rejects.toMatchObject({
    message: expect.stringContaining("role chaining"),
  });
});

test("who am I; a session ends with its time and with its role, and survives a restart", async () => {
  await own.iam.send(new CreateRoleCommand({ RoleName: "short", AssumeRolePolicyDocument: trustOf(OWN_USER) }));
  const { Credentials } = await own.sts.send(
    new AssumeRoleCommand({
      RoleArn: `arn:aws:iam::${ACCOUNT}:role/short`,
      RoleSessionName: "s1",
      DurationSeconds: 900,
    }),
  );
  cloud = await cloud.restart();
  const keys = { accessKeyId: Credentials?.AccessKeyId ?? "", secretAccessKey: Credentials?.SecretAccessKey ?? "" };
  const sessionToken = Credentials?.SessionToken ?? "";
  own = clientsFor(cloud.endpoint, KEYS);
  other = clientsFor(cloud.endpoint, OTHER_KEYS);
  const session = () => clientsFor(cloud.endpoint, { ...keys, sessionToken });
  expect((await own.sts.send(new GetCallerIdentityCommand({}))).Arn).toBe(`arn:aws:iam::${ACCOUNT}:user/admin`);
  expect((await session().sts.send(new GetCallerIdentityCommand({}))).Arn).toBe(
    `arn:aws:sts::${ACCOUNT}:assumed-role/short/s1`,
  );
  const wrongToken = clientsFor(cloud.endpoint, { ...keys, sessionToken: "x" });
  await expect(wrongToken.sts.send(new GetCallerIdentityCommand({}))).rejects.toMatchObject({
    name: "InvalidClientTokenId",
  });
  const wrongSecret = clientsFor(cloud.endpoint, { ...KEYS, secretAccessKey: "wrong" });
  await expect(wrongSecret.sts.send(new GetCallerIdentityCommand({}))).rejects.toMatchObject({
    name: "SignatureDoesNotMatch",
  });

  skewMs = 901_000;
  const signedLate = session();
  signedLate.sts.config.systemClockOffset = skewMs;
  await expect(signedLate.sts.send(new GetCallerIdentityCommand({}))).rejects.toMatchObject({
    name: expect.stringMatching(/^ExpiredToken/),
  });
  skewMs = 0;
  await own.iam.send(new DeleteRoleCommand({ RoleName: "short" }));
  await expect(session().sts.send(new GetCallerIdentityCommand({}))).rejects.toMatchObject({
    name: "InvalidClientTokenId",
  });
});

test("IAM answers with the real service's errors", async () => {
  const create = (AssumeRolePolicyDocument: string) =>
    own.iam.send(new CreateRoleCommand({ RoleName: "errors", AssumeRolePolicyDocument }));
  await expect(create("{}")).rejects.toMatchObject({ name: expect.stringMatching(/^MalformedPolicyDocument/) });
  await expect(create(trustOf({ AWS: `arn:aws:iam::${ACCOUNT}:role/nobody` }))).rejects.toMatchObject({
    message: expect.stringContaining("Invalid principal in policy"),
  });
  await create(trustOf(OTHER_ROOT));
  await expect(create(trustOf(OTHER_ROOT))).rejects.toMatchObject({
    name: expect.stringMatching(/^EntityAlreadyExists/),
  });
  await expect(own.iam.send(new GetRoleCommand({ RoleName: "nobody" }))).rejects.toMatchObject({
    name: expect.stringMatching(/^NoSuchEntity/),
  });
  const { Role } = await own.iam.send(new GetRoleCommand({ RoleName: "errors" }));
  expect(JSON.parse(decodeURIComponent(Role?.AssumeRolePolicyDocument ?? ""))).toEqual(JSON.parse(trustOf(OTHER_ROOT)));
  await allow("errors", "s3:GetObject", "*");
  await expect(own.iam.send(new DeleteRoleCommand({ RoleName: "errors" }))).rejects.toMatchObject({
    name: expect.stringMatching(/^DeleteConflict/),
  });
  expect((await own.iam.send(new ListRolePoliciesCommand({ RoleName: "errors" }))).PolicyNames).toEqual(["allow"]);
  const { Policy } = await own.iam.send(
    new CreatePolicyCommand({ PolicyName: "managed", PolicyDocument: policyOf("s3:*", "*") }),
  );
  await own.iam.send(new AttachRolePolicyCommand({ RoleName: "errors", PolicyArn: Policy?.Arn }));
  expect((await own.iam.send(new ListAttachedRolePoliciesCommand({ RoleName: "errors" }))).AttachedPolicies).toEqual([
    { PolicyName: "managed", PolicyArn: Policy?.Arn },
  ]);
  await own.iam.send(new DeleteRolePolicyCommand({ RoleName: "errors", PolicyName: "allow" }));
  await expect(own.iam.send(new DeleteRoleCommand({ RoleName: "errors" }))).rejects.toMatchObject({
    name: expect.stringMatching(/^DeleteConflict/),
  });
});
