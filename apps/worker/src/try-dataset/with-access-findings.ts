import { checkAccess } from "@letsdata/access/check-access";
import type { Installation } from "@letsdata/access/installation";
import { asProblem, Problem, type ProblemCode } from "@letsdata/plugin-kit/problems";
import type { DatasetContext } from "../dataset-contexts.ts";

const curedByAccess: ReadonlySet<string> = new Set<ProblemCode>([
  "ACCESS_DENIED",
  "RESOURCE_NOT_FOUND",
  "SOURCE_NOT_FOUND",
]);

export function isAboutAccess(code: string): boolean {
  return curedByAccess.has(code);
}

/** A refusal with what "Check access" finds: each missing action on its resource, and the statement to add. */
export async function withAccessFindings(
  thrown: unknown,
  installation: Installation,
  { config, owner }: Pick<DatasetContext, "config" | "owner">,
  signal: AbortSignal,
): Promise<Problem> {
  const problem = asProblem(thrown);
  if (!isAboutAccess(problem.code) || signal.aborted) return problem;
  // What the check itself runs into is not what the person asked about.
  const errors = await checkAccess(installation, config, owner, signal).catch(() => []);
  if (errors.length === 0) return problem;
  return new Problem(problem.code, problem.message, { errors, cause: thrown, details: problem.details });
}
