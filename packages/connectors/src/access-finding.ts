import type { AwsCall } from "@letsdata/aws/classify-error";
import { withRetry } from "@letsdata/aws/with-retry";
import { Problem, type ProblemDetail } from "@letsdata/plugin-kit/problems";

/** Try a few times only: somebody waits for the answer. */
const ATTEMPTS_MAX = 3;

export interface AccessCheck {
  /** JSON path of the attribute that names the resource. */
  readonly path: string;
  readonly action: string;
  /** ARN the call is checked on. */
  readonly resource: string;
  /** ARN or pattern of the statement to add; `resource` unless given. */
  readonly grant?: string;
  readonly call: () => Promise<unknown>;
  /** Answers that prove the right although the call failed, such as "no such key". */
  readonly isGranted?: (problem: Problem) => boolean;
}

/** Runs the checks one after the other; each refused call becomes one finding with the statement to add. */
export async function accessFindings(
  checks: readonly AccessCheck[],
  signal: AbortSignal,
): Promise<readonly ProblemDetail[]> {
  const findings: ProblemDetail[] = [];
  for (const check of checks) {
    const call: AwsCall = { action: check.action, resource: check.resource };
    try {
      await withRetry(check.call, { call, signal, attemptsMax: ATTEMPTS_MAX });
    } catch (thrown) {
      signal.throwIfAborted();
      if (!(thrown instanceof Problem)) throw thrown;
      if (check.isGranted?.(thrown)) continue;
      findings.push(finding(check, thrown));
      if (thrown.code === "RESOURCE_NOT_FOUND") break;
    }
  }
  return findings;
}

function finding(check: AccessCheck, problem: Problem): ProblemDetail {
  if (problem.code !== "ACCESS_DENIED") {
    return { path: check.path, code: problem.code, message: problem.message, fix: problem.entry.fix };
  }
  const action = typeof problem.details.action === "string" ? problem.details.action : check.action;
  const statement = { Effect: "Allow", Action: action, Resource: check.grant ?? check.resource };
  return {
    path: check.path,
    code: problem.code,
    message: `AWS refused ${action} on ${check.resource}.`,
    fix: `Add this statement to the role's policy: ${JSON.stringify(statement)}`,
  };
}
