import { randomUUID } from "node:crypto";
import type { PolicyDocument } from "@letsdata/plugin-kit/permissions";
import { Problem, type ProblemDetail, problemCatalogue } from "@letsdata/plugin-kit/problems";
import { type AssumeRoleInput, assumeRole } from "./assume-role.ts";

/**
 * Proves a role's trust policy: the right external id must get in, none and a wrong one must be refused.
 * Returns findings at `path`; throws only when AWS could not be asked.
 */
export async function probeRole(
  input: AssumeRoleInput & { readonly externalId: string; readonly trustedPrincipalArn: string; readonly path: string },
  signal?: AbortSignal,
): Promise<readonly ProblemDetail[]> {
  const { externalId, path, trustedPrincipalArn, ...base } = input;
  const fix = `Set the role's trust policy to ${JSON.stringify(trustPolicy(trustedPrincipalArn, externalId))}`;

  const refused = await refusal({ ...base, externalId }, signal);
  if (refused) return [{ path, code: refused.code, message: refused.message, fix }];

  const { externalId: _, ...without } = { ...base, externalId };
  const findings: ProblemDetail[] = [];
  const attempts = [
    { input: without, words: "without an external id" },
    { input: { ...base, externalId: randomUUID() }, words: "with a wrong external id" },
  ];
  for (const attempt of attempts) {
    if (await refusal(attempt.input, signal)) continue;
    findings.push({
      path,
      code: "ACCESS_ROLE_TOO_OPEN",
      message: `${problemCatalogue.ACCESS_ROLE_TOO_OPEN.title}: ${input.roleArn} let us in ${attempt.words}.`,
      fix,
    });
  }
  return findings;
}

/** What a role must say to let one principal in with one external id and nobody else. */
export function trustPolicy(principalArn: string, externalId: string): PolicyDocument {
  return {
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Principal: { AWS: principalArn },
        Action: "sts:AssumeRole",
        Condition: { StringEquals: { "sts:ExternalId": externalId } },
      },
    ],
  };
}

async function refusal(input: AssumeRoleInput, signal?: AbortSignal): Promise<Problem | null> {
  try {
    await assumeRole(input, signal);
    return null;
  } catch (thrown) {
    if (thrown instanceof Problem && thrown.code === "ACCESS_DENIED") return thrown;
    throw thrown;
  }
}
