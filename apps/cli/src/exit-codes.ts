/** product.md §13 */
export const exitCodes = { ok: 0, problem: 1, usage: 2, authentication: 3, timedOut: 4 } as const;
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** A command line that cannot be carried out. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** `--wait` gave up; what was asked goes on. */
export class WaitTimedOut extends Error {
  override readonly name = "WaitTimedOut";
}

/** `--wait` saw the dataset end as ERRORED. */
export class SettledWithErrors extends Error {
  override readonly name = "SettledWithErrors";
}

/** A configuration was looked at and found wanting. */
export class ValidationFailed extends Error {
  override readonly name = "ValidationFailed";
}
