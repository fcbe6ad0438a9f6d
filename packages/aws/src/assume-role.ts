import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";
import type { Credentials, CredentialsSource } from "@letsdata/plugin-kit/connector";
import type { PolicyDocument } from "@letsdata/plugin-kit/permissions";
import { Problem } from "@letsdata/plugin-kit/problems";
import { classifyAwsError } from "./classify-error.ts";
import { clientFor } from "./client-for.ts";
import { sessionSource } from "./session-source.ts";

/** Longest session a chained role may have: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles.html#iam-term-role-chaining */
const SESSION_SECONDS = 3_600;
/** https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html */
const SESSION_POLICY_CHARACTERS_MAX = 2_048;
const SESSION_NAME_CHARACTERS_MAX = 64;

export interface AssumeRoleInput {
  /** Whoever assumes. */
  readonly from: CredentialsSource;
  readonly region: string;
  readonly endpoint: string | undefined;
  readonly roleArn: string;
  readonly sessionName: string;
  readonly externalId?: string;
  /** Narrows the session; left out when it does not fit AWS's limit. */
  readonly sessionPolicy?: PolicyDocument;
  readonly durationSeconds?: number;
}

/** One session. Throws Problem ACCESS_DENIED saying which side refused, or one worth repeating. */
export async function assumeRole(input: AssumeRoleInput, signal?: AbortSignal): Promise<Credentials> {
  const sts = clientFor(STSClient, { region: input.region, endpoint: input.endpoint, credentials: input.from });
  const policy = input.sessionPolicy === undefined ? undefined : JSON.stringify(input.sessionPolicy);
  const answer = await sts
    .send(
      new AssumeRoleCommand({
        RoleArn: input.roleArn,
        RoleSessionName: input.sessionName.replace(/[^\w+=,.@-]/g, "-").slice(0, SESSION_NAME_CHARACTERS_MAX),
        DurationSeconds: input.durationSeconds ?? SESSION_SECONDS,
        ...(input.externalId === undefined ? {} : { ExternalId: input.externalId }),
        ...(policy === undefined || policy.length > SESSION_POLICY_CHARACTERS_MAX ? {} : { Policy: policy }),
      }),
      signal ? { abortSignal: signal } : {},
    )
    .catch((thrown: unknown) => {
      signal?.throwIfAborted();
      throw assumeRoleProblem(thrown, input.roleArn);
    });
  const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = answer.Credentials ?? {};
  if (!AccessKeyId || !SecretAccessKey || !SessionToken) {
    throw new Problem("CLOUD_UNAVAILABLE", `AWS answered sts:AssumeRole on ${input.roleArn} without credentials.`);
  }
  return {
    accessKeyId: AccessKeyId,
    secretAccessKey: SecretAccessKey,
    sessionToken: SessionToken,
    ...(Expiration === undefined ? {} : { expiration: Expiration.getTime() }),
  };
}

/** Sessions of a role, renewed before they expire. */
export function assumedRole(input: AssumeRoleInput, now: () => number = Date.now): CredentialsSource {
  return sessionSource(() => assumeRole(input), now);
}

/** Installation principal → the user's principal (`iamUserARN`) → the customer's access grant role, with the user's id as external id. */
export function accessGrant(input: {
  readonly installation: CredentialsSource;
  readonly region: string;
  readonly endpoint: string | undefined;
  readonly iamUserArn: string;
  readonly accessGrantRoleArn: string;
  readonly userId: string;
  readonly sessionName: string;
  readonly sessionPolicy?: PolicyDocument;
}): CredentialsSource {
  const { region, endpoint, sessionName } = input;
  const user = assumedRole({ from: input.installation, region, endpoint, roleArn: input.iamUserArn, sessionName });
  return assumedRole({
    from: user,
    region,
    endpoint,
    roleArn: input.accessGrantRoleArn,
    sessionName,
    externalId: input.userId,
    ...(input.sessionPolicy ? { sessionPolicy: input.sessionPolicy } : {}),
  });
}

function assumeRoleProblem(thrown: unknown, roleArn: string): Problem {
  const problem = classifyAwsError(thrown, { action: "sts:AssumeRole", resource: roleArn });
  if (problem.code !== "ACCESS_DENIED") return problem;
  const caller = typeof problem.details.principal === "string" ? problem.details.principal : "the caller";
  const message =
    problem.details.side === "identity"
      ? `${caller} may not call sts:AssumeRole on ${roleArn}: its own policy does not allow it.`
      : problem.details.side === "resource"
        ? `The trust policy of ${roleArn} does not let ${caller} in with this external id.`
        : `AWS refused sts:AssumeRole on ${roleArn} for ${caller}: the role does not exist, or its trust policy names another principal or external id.`;
  return new Problem("ACCESS_DENIED", message, { cause: thrown, details: problem.details });
}
