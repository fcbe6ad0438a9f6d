import { randomUUID } from "node:crypto";
import { ListBucketsCommand, S3Client } from "@aws-sdk/client-s3";
import {
  ACCOUNT,
  KEYS,
  OTHER_ACCOUNT,
  OTHER_KEYS,
  startTestCloud,
  type TestCloud,
} from "@letsdata/local-cloud/testing/test-cloud";
import type { PolicyDocument } from "@letsdata/plugin-kit/permissions";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { accessGrant, assumeRole } from "./assume-role.ts";
import { clientFor } from "./client-for.ts";
import { deleteRole, findRole, putRole } from "./identity-roles.ts";
import { probeRole, trustPolicy } from "./probe-role.ts";
import { staticCredentials } from "./session-source.ts";

let cloud: TestCloud;
const region = "eu-west-1";
const userId = randomUUID();
const installation = staticCredentials(KEYS);
const customer = staticCredentials(OTHER_KEYS);
const allow = (Action: string): PolicyDocument => ({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action, Resource: "*" }],
});
const at = (credentials: typeof installation) => ({ region, endpoint: cloud.endpoint, credentials });
let userArn: string;

beforeAll(async () => {
  cloud = await startTestCloud();
  userArn = await putRole(at(installation), {
    name: "LetsDataUser_1",
    description: "user",
    trust: {
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` }, Action: "sts:AssumeRole" }],
    },
    policies: { assume: allow("sts:AssumeRole") },
  });
});
afterEach(() => cloud.faults.clear());
afterAll(() => cloud.remove());

const customerRole = (name: string, trust: PolicyDocument) =>
  putRole(at(customer), { name, description: "grant", trust, policies: { s3: allow("s3:ListAllMyBuckets") } });

async function asUser() {
  const credentials = await assumeRole({
    from: installation,
    region,
    endpoint: cloud.endpoint,
    roleArn: userArn,
    sessionName: "session",
  });
  return { from: staticCredentials(credentials), region, endpoint: cloud.endpoint, sessionName: "session" };
}
const probe = async (roleArn: string) =>
  probeRole({
    ...(await asUser()),
    roleArn,
    externalId: userId,
    trustedPrincipalArn: userArn,
    path: "accessGrantRoleArn",
  });

describe("an access grant", () => {
  it("goes from the installation over the user's principal into the customer's role, with its rights", async () => {
    const roleArn = await customerRole("grant", trustPolicy(userArn, userId));
    expect(roleArn).toBe(`arn:aws:iam::${OTHER_ACCOUNT}:role/grant`);
    const credentials = accessGrant({
      installation,
      region,
      endpoint: cloud.endpoint,
      iamUserArn: userArn,
      accessGrantRoleArn: roleArn,
      userId,
      sessionName: "dataset",
    });
    const s3 = clientFor(S3Client, { region, endpoint: cloud.endpoint, credentials });
    expect((await s3.send(new ListBucketsCommand({}))).Buckets ?? []).toEqual([]);
    expect(clientFor(S3Client, { region, endpoint: cloud.endpoint, credentials })).toBe(s3);
  });

  it("is accepted when the right external id gets in and no other", async () => {
    expect(await probe(await customerRole("good", trustPolicy(userArn, userId)))).toEqual([]);
  });

  it("is refused when the role lets us in without and with a wrong external id, with the trust policy to set", async () => {
    const open: PolicyDocument = {
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", Principal: { AWS: userArn }, Action: "sts:AssumeRole" }],
    };
    const findings = await probe(await customerRole("open", open));
    expect(findings.map(({ path, code }) => ({ path, code }))).toEqual([
      { path: "accessGrantRoleArn", code: "ACCESS_ROLE_TOO_OPEN" },
      { path: "accessGrantRoleArn", code: "ACCESS_ROLE_TOO_OPEN" },
    ]);
    expect(findings[0]!.fix).toContain(JSON.stringify(trustPolicy(userArn, userId)));
  });

  it("is refused when the role trusts another external id or does not exist", async () => {
    const other = await customerRole("other", trustPolicy(userArn, randomUUID()));
    for (const roleArn of [other, `arn:aws:iam::${OTHER_ACCOUNT}:role/none`]) {
      const findings = await probe(roleArn);
      expect(findings).toHaveLength(1);
      expect(findings[0]!.code).toBe("ACCESS_DENIED");
      expect(findings[0]!.message).toContain(roleArn);
    }
  });

  it("says so when AWS cannot be asked, instead of calling the role open", async () => {
    const roleArn = await customerRole("unasked", trustPolicy(userArn, userId));
    const user = await asUser();
    cloud.faults.add({ kind: "5xx", service: "sts" });
    const probing = probeRole({ ...user, roleArn, externalId: userId, trustedPrincipalArn: userArn, path: "p" });
    await expect(probing).rejects.toMatchObject({ code: "CLOUD_UNAVAILABLE" });
  });
});

describe("roles of ours", () => {
  it("are made, changed and removed, however often each is repeated and whatever breaks in between", async () => {
    const wish = {
      name: "made",
      description: "d",
      trust: trustPolicy(userArn, userId),
      policies: { a: allow("s3:GetObject"), b: allow("s3:PutObject") },
    };
    cloud.faults.add({ kind: "cut", service: "iam", when: "after", times: 3 });
    const arn = await putRole(at(installation), wish);
    expect(await putRole(at(installation), { ...wish, policies: { b: wish.policies.b } })).toBe(arn);
    expect(await findRole(at(installation), "made")).toBe(arn);
    await deleteRole(at(installation), "made");
    await deleteRole(at(installation), "made");
    expect(await findRole(at(installation), "made")).toBeNull();
  });
});
