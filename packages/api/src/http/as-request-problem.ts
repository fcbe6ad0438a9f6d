import { asProblem, Problem, type ProblemDetail } from "@letsdata/plugin-kit/problems";
import { ORPCError } from "@orpc/server";

interface Issue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[];
}

/** Anything thrown while a request was answered, as a Problem that may be shown. */
export function asRequestProblem(thrown: unknown): Problem {
  if (thrown instanceof Problem) return thrown;
  if (thrown instanceof ORPCError && thrown.status < 500) {
    const issues = issuesOf(thrown.data);
    if (issues.length > 0) {
      return new Problem("REQUEST_INVALID", "The request has problems.", { errors: issues.map(asFinding) });
    }
    return new Problem(thrown.status === 404 ? "NOT_FOUND" : "REQUEST_INVALID", thrown.message);
  }
  if (isDatabaseDown(thrown))
    return new Problem("DATABASE_UNAVAILABLE", "The database did not answer.", { cause: thrown });
  return asProblem(thrown);
}

function issuesOf(data: unknown): readonly Issue[] {
  const issues = (data as { issues?: unknown } | undefined)?.issues;
  return Array.isArray(issues) ? (issues as Issue[]) : [];
}

function asFinding(issue: Issue): ProblemDetail {
  const keys = (issue.path ?? []).map((part) => (typeof part === "object" ? part.key : part));
  const shown = keys[0] === "params" || keys[0] === "query" ? keys.slice(1) : keys;
  return { path: jsonPath(shown), code: "REQUEST_INVALID", message: issue.message };
}

/** `["readers", 0, "name"]` → `readers[0].name`. */
export function jsonPath(keys: readonly PropertyKey[]): string {
  return keys.reduce<string>((path, key) => {
    if (typeof key === "number") return `${path}[${key}]`;
    return path === "" ? String(key) : `${path}.${String(key)}`;
  }, "");
}

/** Codes of a server that is away or starting: node's connection errors, PostgreSQL class 57P, Prisma's P1001-2, P1017. */
function isDatabaseDown(thrown: unknown): boolean {
  for (let error = thrown; typeof error === "object" && error !== null; error = (error as { cause?: unknown }).cause) {
    const code = (error as { code?: unknown }).code;
    if (typeof code === "string" && /^(ECONNREFUSED|ECONNRESET|57P0[123]|P1001|P1002|P1017)$/.test(code)) return true;
  }
  return false;
}
