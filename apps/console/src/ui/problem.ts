import { asProblem, Problem, type ProblemDetail } from "@letsdata/plugin-kit/problems";

/** What the console shows of anything that went wrong. */
export interface ShownProblem {
  readonly code: string;
  readonly message: string;
  readonly fix: string;
  readonly requestId: string | undefined;
  readonly errors: readonly ProblemDetail[];
}

const connectionLost: ShownProblem = {
  code: "CONNECTION_LOST",
  message: "The console cannot reach the server.",
  fix: "Check that the installation is running; the page goes on by itself when it answers.",
  requestId: undefined,
  errors: [],
};

/** Reads a problem out of whatever was thrown: an API problem, a lost connection, or a defect of the page. */
export function problemOf(thrown: unknown): ShownProblem {
  if (
    !(thrown instanceof Problem) &&
    thrown instanceof TypeError &&
    /fetch|network|load failed/i.test(thrown.message)
  ) {
    return connectionLost;
  }
  const problem = asProblem(thrown);
  const requestId = problem.details.requestId;
  const onlyRepeatsItself = problem.errors.length === 1 && problem.errors[0]?.message === problem.message;
  return {
    code: problem.code,
    message: problem.message,
    fix: (onlyRepeatsItself ? problem.errors[0]?.fix : undefined) ?? problem.entry.fix,
    requestId: typeof requestId === "string" ? requestId : undefined,
    errors: onlyRepeatsItself ? [] : problem.errors,
  };
}
