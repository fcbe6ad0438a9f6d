import { Problem } from "@letsdata/plugin-kit/problems";
import { describe, expect, it } from "vitest";
import { classifyAwsError, quotaProblem } from "./classify-error.ts";

const awsError = (name: string, httpStatusCode: number | undefined, message = "") =>
  Object.assign(new Error(message), { name, $metadata: httpStatusCode === undefined ? {} : { httpStatusCode } });
const nodeError = (code: string) => Object.assign(new Error(code), { code });

describe("classifyAwsError", () => {
  it.each([
    [awsError("ThrottlingException", 400), "THROTTLED"],
    [awsError("ProvisionedThroughputExceededException", 400), "THROTTLED"],
    [awsError("SlowDown", 503), "THROTTLED"],
    [awsError("Unknown", 429), "THROTTLED"],
    [awsError("InternalError", 500), "CLOUD_UNAVAILABLE"],
    [awsError("Unknown", 502), "CLOUD_UNAVAILABLE"],
    [awsError("RequestTimeout", 400), "CLOUD_UNAVAILABLE"],
    [awsError("ReplicatedWriteConflictException", 400), "CLOUD_UNAVAILABLE"],
    [awsError("TransactionConflictException", 400), "CLOUD_UNAVAILABLE"],
    [awsError("TimeoutError", undefined), "CLOUD_UNAVAILABLE"],
    [nodeError("ECONNRESET"), "CLOUD_UNAVAILABLE"],
    [nodeError("ECONNREFUSED"), "CLOUD_UNAVAILABLE"],
    [new Error("socket hang up"), "CLOUD_UNAVAILABLE"],
    [awsError("ExpiredToken", 400), "CREDENTIALS_EXPIRED"],
    [awsError("ExpiredTokenException", 400), "CREDENTIALS_EXPIRED"],
    [awsError("NoSuchBucket", 404), "RESOURCE_NOT_FOUND"],
    [awsError("ResourceNotFoundException", 400), "RESOURCE_NOT_FOUND"],
    [awsError("NoSuchEntityException", 404), "RESOURCE_NOT_FOUND"],
    [awsError("AccessDenied", 403), "ACCESS_DENIED"],
    [awsError("403", 403), "ACCESS_DENIED"],
    [awsError("ValidationException", 400), "CLOUD_CALL_REFUSED"],
    [new TypeError("undefined is not a function"), "INTERNAL"],
  ] as const)("makes of %s the problem %s", (thrown, code) => {
    expect(classifyAwsError(thrown).code).toBe(code);
  });

  const user = "User: arn:aws:sts::1:assumed-role/r/s is not authorized to perform:";
  it.each([
    [
      `${user} s3:GetObject on resource: "arn:aws:s3:::b/k" because no identity-based policy allows the s3:GetObject action`,
    ],
    [`${user} s3:GetObject on resource: arn:aws:s3:::b/k`],
    [`${user} s3:GetObject because no session policy allows the s3:GetObject action`],
    [`${user} s3:GetObject`],
    ["Access Denied"],
    [""],
  ])("names action and resource of a refusal worded %j", (message) => {
    const call = { action: "s3:GetObject", resource: "arn:aws:s3:::b/k" };
    const problem = classifyAwsError(awsError("AccessDenied", 403, message), call);
    expect(problem.code).toBe("ACCESS_DENIED");
    expect(problem.message).toContain("s3:GetObject on arn:aws:s3:::b/k");
  });

  it("prefers what AWS names over what was asked", () => {
    const message = `${user} kms:Decrypt on resource: arn:aws:kms:eu-west-1:1:key/k because no identity-based policy allows the kms:Decrypt action`;
    const problem = classifyAwsError(awsError("AccessDenied", 403, message), { action: "s3:GetObject", resource: "b" });
    expect(problem.message).toContain("kms:Decrypt on arn:aws:kms:eu-west-1:1:key/k");
    expect(problem.details).toMatchObject({ side: "identity", action: "kms:Decrypt" });
  });

  it("says what AWS said of a limit, which may be a quota", () => {
    const said = "This request would exceed the shard limit for the account 1 in eu-west-1. Limit: 500.";
    const call = { action: "kinesis:CreateStream", resource: "arn:stream" };
    const problem = classifyAwsError(awsError("LimitExceededException", 400, said), call);
    expect(problem.code).toBe("THROTTLED");
    expect(problem.message).toContain(said.slice(0, -1));
    const lasting = quotaProblem(problem, "the shards per Region of Kinesis Data Streams") as Problem;
    expect(lasting).toMatchObject({
      code: "CLOUD_CALL_REFUSED",
      details: { awsCode: "LimitExceededException", ...call },
    });
    for (const part of [call.action, call.resource, said, "the shards per Region of Kinesis Data Streams"])
      expect(lasting.message).toContain(part);
  });

  it("takes nothing else for a quota", () => {
    for (const name of ["ThrottlingException", "AccessDenied"]) {
      const problem = classifyAwsError(awsError(name, 400));
      expect(quotaProblem(problem, "a quota")).toBe(problem);
    }
  });

  it("leaves a Problem as it is", () => {
    const problem = new Problem("LEASE_LOST", "lost");
    expect(classifyAwsError(problem)).toBe(problem);
  });
});
