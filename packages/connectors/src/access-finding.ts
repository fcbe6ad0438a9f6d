import type { AwsCall } from "@letsdata/aws/classify-error";
import { withRetry } from "@letsdata/aws/with-retry";
import type { AccessFinding } from "@letsdata/plugin-kit/permissions";
import { Problem } from "@letsdata/plugin-kit/problems";

/** Try a few times only: somebody waits for the answer. */
const ATTEMPTS_MAX = 3;

/** Who writes with a key of KMS also reads back what it began: the parts of an upload. */
const KEY_ACTIONS_TO_WRITE = ["kms:Decrypt", "kms:GenerateDataKey"];

export interface AccessCheck {
  /** JSON path of the attribute that names the resource. */
  readonly path: string;
  readonly action: string;
  /** ARN the call is checked on. */
  readonly resource: string;
  /** ARN or pattern of the statement to add; `resource` unless given. */
  readonly grant?: string;
  /** The call names its resource by an id or alias: the ARN in AWS's refusal is the one of the statement to add. */
  readonly grantsWhatIsRefused?: true;
  /** How the statement has to be added, where that is not plain. */
  readonly advice?: string;
  readonly call: () => Promise<unknown>;
  /** Answers that prove the right although the call failed, such as "no such key". */
  readonly isGranted?: (problem: Problem) => boolean;
}

/** Runs the checks one after the other; each refused call becomes one finding with the statement to add. */
export async function accessFindings(
  checks: readonly AccessCheck[],
  signal: AbortSignal,
): Promise<readonly AccessFinding[]> {
  const findings: AccessFinding[] = [];
  for (const check of checks) {
    const call: AwsCall = { action: check.action, resource: check.resource };
    try {
      await withRetry(check.call, { call, signal, attemptsMax: ATTEMPTS_MAX });
    } catch (thrown) {
      signal.throwIfAborted();
      if (!(thrown instanceof Problem)) throw thrown;
      if (check.isGranted?.(thrown)) continue;
      const found = finding(check, thrown);
      if (!findings.some(({ message }) => message === found.message)) findings.push(found);
      if (thrown.code === "RESOURCE_NOT_FOUND") break;
    }
  }
  return findings;
}

function finding(check: AccessCheck, problem: Problem): AccessFinding {
  if (problem.code !== "ACCESS_DENIED") {
    return { path: check.path, code: problem.code, message: problem.message, fix: problem.entry.fix };
  }
  const { action, resource } = refusedPermission(check, problem);
  const isOther = action !== check.action || check.grantsWhatIsRefused === true;
  const how = check.advice === undefined ? "" : `, ${check.advice}`;
  const statement = {
    Effect: "Allow",
    Action: action === "kms:GenerateDataKey" ? KEY_ACTIONS_TO_WRITE : action,
    Resource: isOther ? resource : (check.grant ?? check.resource),
  } as const;
  return {
    path: check.path,
    code: problem.code,
    message: `AWS refused ${action} on ${resource}.`,
    fix: `Add this statement to the role's policy${how}: ${JSON.stringify(statement)}`,
    statement,
  };
}

/** AWS may refuse another action than the one called, such as `kms:Decrypt` on the key of an encrypted bucket; it names both. */
function refusedPermission(check: AccessCheck, { details }: Problem): { action: string; resource: string } {
  const { action, resource } = details;
  if (typeof action !== "string" || typeof resource !== "string") return check;
  return action === check.action && !check.grantsWhatIsRefused ? check : { action, resource };
}
