import { accessGrantNames } from "@letsdata/dataset/names";
import type { ProblemDetail } from "@letsdata/plugin-kit/problems";
import { valueAt } from "../../config-form/set-value.ts";

/** The role to grant access to, while it is all that is missing and its account is known. */
export function proposedRoleArn(config: unknown, findings: readonly ProblemDetail[]): string | undefined {
  const onlyRole =
    findings.length > 0 && findings.every(({ path, code }) => path === "accessGrantRoleArn" && code === "REQUIRED");
  const account = valueAt(config, "customerAccountForAccess");
  const name = valueAt(config, "datasetName");
  if (!onlyRole || typeof account !== "string" || typeof name !== "string") return undefined;
  return `arn:aws:iam::${account}:role/${accessGrantNames(name).role}`;
}
