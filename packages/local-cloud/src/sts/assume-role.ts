import { deflateRawSync } from "node:zlib";
import type { Cloud } from "../cloud.ts";
import { withContext } from "../iam/authorise.ts";
import type { Caller } from "../iam/caller.ts";
import { isoDate } from "../iam/entity-fields.ts";
import { evaluateAccess } from "../iam/evaluate-policy.ts";
import { type Role, roleArn } from "../iam/iam-state.ts";
import { parsePolicy } from "../iam/policy-document.ts";
import type { ConditionContext } from "../iam/requirement.ts";
import { AwsError } from "../server/aws-error.ts";
import type { QueryInput } from "../server/query-protocol.ts";
import type { XmlValue } from "../server/xml.ts";
import { assumedRoleArn } from "./session-store.ts";

/** https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html */
const POLICY_CHARACTERS_MAX = 2048;
const POLICY_ARNS_MAX = 10;
const SECONDS_MIN = 900;
const SECONDS_DEFAULT = 3600;
const CHAINED_SECONDS_MAX = 3600;
/** AWS does not publish its packed format; compressed size against this bound stands in for it. */
const PACKED_BYTES_MAX = 1500;

export function assumeRole(
  cloud: Cloud,
  input: QueryInput,
  caller: Caller,
  context: ConditionContext,
): { readonly [name: string]: XmlValue } {
  const arn = input.required("RoleArn");
  if (arn.length < 20) throw invalid("roleArn", arn, "Member must have length greater than or equal to 20");
  const sessionName = input.required("RoleSessionName", /^[\w+=,.@-]{2,64}$/);
  const externalId = input.optional("ExternalId");
  if (externalId !== undefined && !/^[\w+=,.@:/-]{2,1224}$/.test(externalId)) {
    throw invalid("externalId", externalId, "Member must satisfy regular expression pattern: [\\w+=,.@:\\/-]*");
  }
  const seconds = input.integer("DurationSeconds", SECONDS_DEFAULT);
  if (seconds < SECONDS_MIN || seconds > 43_200)
    throw invalid("durationSeconds", String(seconds), "Member must have value between 900 and 43200");
  const policies = sessionPolicies(cloud, input, caller);

  const role = cloud.iam.roleOfArn(arn);
  if (!role || !mayAssume(role, caller, externalId, sessionName, context)) {
    throw new AwsError(
      "AccessDenied",
      `User: ${caller.arn} is not authorized to perform: sts:AssumeRole on resource: ${arn}`,
      403,
    );
  }
  if (caller.kind === "assumed-role" && seconds > CHAINED_SECONDS_MAX) {
    throw new AwsError(
      "ValidationError",
      "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.",
    );
  }
  if (seconds > role.maxSessionSeconds) {
    throw new AwsError(
      "ValidationError",
      "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
    );
  }

  const session = cloud.sessions.create(
    { arn: roleArn(role), uniqueId: role.uniqueId },
    sessionName,
    seconds,
    policies?.texts ?? null,
  );
  return {
    AssumedRoleUser: {
      AssumedRoleId: `${role.uniqueId}:${sessionName}`,
      Arn: assumedRoleArn(role.accountId, role.name, sessionName),
    },
    Credentials: {
      AccessKeyId: session.accessKeyId,
      SecretAccessKey: session.secretAccessKey,
      SessionToken: session.sessionToken,
      Expiration: isoDate(session.expiresAt),
    },
    PackedPolicySize: policies?.packedPercent,
  };
}

function mayAssume(
  role: Role,
  caller: Caller,
  externalId: string | undefined,
  sessionName: string,
  context: ConditionContext,
): boolean {
  const question = {
    caller,
    action: "sts:AssumeRole",
    resource: roleArn(role),
    context: withContext(context, {
      "sts:ExternalId": externalId,
      "sts:RoleSessionName": sessionName,
      "aws:ResourceAccount": role.accountId,
    }),
    owner: { accountId: role.accountId, policy: parsePolicy(role.trustPolicy, "trust") },
    resourcePolicyDecides: true,
  };
  return evaluateAccess(question).allowed;
}

function sessionPolicies(
  cloud: Cloud,
  input: QueryInput,
  caller: Caller,
): { texts: readonly string[]; packedPercent: number } | null {
  const inline = input.optional("Policy");
  const arns = input.list("PolicyArns", "arn");
  if (inline === undefined && arns.length === 0) return null;
  if (inline !== undefined && inline.length > POLICY_CHARACTERS_MAX) {
    throw invalid("policy", inline, `Member must have length less than or equal to ${POLICY_CHARACTERS_MAX}`);
  }
  if (arns.length > POLICY_ARNS_MAX)
    throw invalid(
      "policyArns",
      String(arns.length),
      `Member must have length less than or equal to ${POLICY_ARNS_MAX}`,
    );
  if (inline !== undefined) parsePolicy(inline, "identity");
  const attached = arns.map((arn) => {
    const own = arn.startsWith(`arn:aws:iam::${caller.accountId}:`) || arn.startsWith("arn:aws:iam::aws:");
    const text = own ? cloud.iam.documentText(arn) : null;
    if (text === null) throw new AwsError("InvalidParameterValue", `Policy ${arn} does not exist`);
    return text;
  });
  const packed = deflateRawSync((inline ?? "") + arns.join("")).length;
  const packedPercent = Math.ceil((packed / PACKED_BYTES_MAX) * 100);
  if (packedPercent > 100) {
    throw new AwsError(
      "PackedPolicyTooLarge",
      `Serialized token too large for session: Packed size of session policies is ${packedPercent}% of the limit`,
    );
  }
  return { texts: inline === undefined ? attached : [inline, ...attached], packedPercent };
}

function invalid(member: string, value: string, constraint: string): AwsError {
  return new AwsError(
    "ValidationError",
    `1 validation error detected: Value '${value}' at '${member}' failed to satisfy constraint: ${constraint}`,
  );
}
