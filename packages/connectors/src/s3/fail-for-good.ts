import { ATTEMPTS_MAX } from "@letsdata/aws/with-retry";
import { asProblem, Problem } from "@letsdata/plugin-kit/problems";

const codesOfS3 = new Set(["THROTTLED", "CLOUD_UNAVAILABLE", "CREDENTIALS_EXPIRED"]);

/**
 * Tells WRITE_FAILED where S3 kept failing. Each call of an open object is repeated where it is made, as often as product.md §6.2 says, and
 * what the object took in cannot be sent to it twice: the pipeline shall not try again. What else says `later` (the lease could not be
 * confirmed, the upload is gone) another attempt may cure.
 */
export function failForGood(thrown: unknown): never {
  const problem = asProblem(thrown);
  if (!codesOfS3.has(problem.code)) throw problem;
  const details = { cause: problem.code, ...problem.details };
  throw new Problem("WRITE_FAILED", `${problem.message} (${ATTEMPTS_MAX} tries)`, { cause: problem, details });
}
