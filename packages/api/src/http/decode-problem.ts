import { Problem, type ProblemCode, problemCatalogue } from "@letsdata/plugin-kit/problems";
import { problemDto } from "../contract/problem-dto.ts";

/** What the client throws: the server's problem, with its HTTP status and request id in `details`. */
export function decodeProblem(status: number, body: unknown): Problem {
  const parsed = problemDto.safeParse(body);
  if (!parsed.success) {
    return new Problem(codeOfStatus(status), `The server answered with status ${status} and no explanation.`, {
      details: { status },
    });
  }
  const { code, detail, errors, requestId } = parsed.data;
  const known = Object.hasOwn(problemCatalogue, code) ? (code as ProblemCode) : codeOfStatus(status);
  return new Problem(known, detail, {
    errors: errors.map(({ fix, ...finding }) => (fix === undefined ? finding : { ...finding, fix })),
    details: { status, requestId, code },
  });
}

function codeOfStatus(status: number): ProblemCode {
  if (status === 401) return "UNAUTHENTICATED";
  if (status === 403) return "FORBIDDEN";
  if (status === 404) return "NOT_FOUND";
  if (status === 429) return "RATE_LIMITED";
  if (status >= 500) return "INTERNAL";
  return "REQUEST_INVALID";
}
