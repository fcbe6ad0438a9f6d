import type { AttemptOutcome, Counts } from "@letsdata/pipeline/ports";
import { asProblem } from "@letsdata/plugin-kit/problems";

/** What an attempt ends with that threw: the handler's own stack travels along. */
export function failedOutcome(counts: Counts, thrown: unknown): AttemptOutcome {
  const problem = asProblem(thrown);
  const stack = problem.details.stack ?? problem.details.thrown;
  return {
    kind: "failed",
    counts,
    error: {
      code: problem.code,
      message: problem.message,
      ...(typeof stack === "string" && stack !== "" ? { details: stack } : {}),
    },
  };
}
