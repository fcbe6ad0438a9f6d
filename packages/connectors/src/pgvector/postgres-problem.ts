import { Problem, type ProblemCode } from "@letsdata/plugin-kit/problems";

/** Classes and codes: https://www.postgresql.org/docs/current/errcodes-appendix.html */
const PASSING = /^(08|40|53|55P03|57)/;
const DENIED = /^(28|42501)/;
const MISSING = /^(3D000|3F000|42P01)/;
const BROKEN_CONNECTION = /^(ECONNREFUSED|ECONNRESET|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|EPIPE|ETIMEDOUT)$/;

/** What a failed call to PostgreSQL means to the pipeline. The server's own text may quote documents: it goes into no message. */
export function postgresProblem(thrown: unknown): Problem {
  if (thrown instanceof Problem) return thrown;
  const { code, message } = (thrown ?? {}) as { readonly code?: unknown; readonly message?: unknown };
  const name = typeof code === "string" ? code : "";
  const problem = (as: ProblemCode, text: string) =>
    new Problem(as, text, { cause: thrown, details: { postgresCode: name } });
  if (PASSING.test(name) || BROKEN_CONNECTION.test(name) || (name === "" && isConnectionText(message))) {
    return problem("CLOUD_UNAVAILABLE", `The database did not answer${name === "" ? "" : ` (${name})`}.`);
  }
  if (DENIED.test(name)) return problem("ACCESS_DENIED", `The database refused the call (${name}).`);
  if (MISSING.test(name)) return problem("RESOURCE_NOT_FOUND", `The database or table does not exist (${name}).`);
  return problem("CLOUD_CALL_REFUSED", `The database refused the call${name === "" ? "" : ` (${name})`}.`);
}

function isConnectionText(message: unknown): boolean {
  return typeof message === "string" && /terminated|timeout|closed|not queryable/i.test(message);
}
