import { type Problem, type ProblemDetail, problemCatalogue } from "@letsdata/plugin-kit/problems";
import type { ProblemDto } from "../contract/problem-dto.ts";

/** The RFC 9457 body of a problem; holds only its public parts. */
export function problemBody(problem: Problem, requestId: string, instance: string): ProblemDto {
  const entry = problem.entry;
  return {
    type: `https://letsdata.dev/problems/${problem.code}`,
    title: entry.title,
    status: entry.httpStatus,
    detail: problem.message,
    instance,
    code: problem.code,
    requestId,
    errors: findings(problem).map((finding) => ({ ...finding, fix: finding.fix ?? fixOf(finding.code) ?? entry.fix })),
  };
}

export function problemResponse(problem: Problem, requestId: string, instance: string): Response {
  return new Response(JSON.stringify(problemBody(problem, requestId, instance)), {
    status: problem.entry.httpStatus,
    headers: { "content-type": "application/problem+json" },
  });
}

/** A problem without findings is its own only finding: clients always have a list to show. */
function findings(problem: Problem): readonly ProblemDetail[] {
  if (problem.errors.length > 0) return problem.errors;
  return [{ path: problem.path ?? "", code: problem.code, message: problem.message }];
}

function fixOf(code: string): string | undefined {
  return Object.hasOwn(problemCatalogue, code)
    ? problemCatalogue[code as keyof typeof problemCatalogue].fix
    : undefined;
}
