import { databaseProblem } from "@letsdata/database/database-problem";
import type { Log } from "./log.ts";

const PAUSE_MS = 60_000;

interface SaidError {
  readonly at: number;
  unsaid: number;
}

/**
 * Says errors of the job queue, of each kind one a minute and how many were not said: while the database is away each of the queue's loops
 * reports one twice a second.
 */
export function createQueueErrorLog(log: Log, monotonic: () => number = () => performance.now()) {
  const said = new Map<string, SaidError>();
  return (error: Error): void => {
    const now = monotonic();
    const kind = kindOf(error);
    const before = said.get(kind);
    if (before && now - before.at < PAUSE_MS) {
      before.unsaid += 1;
      return;
    }
    for (const [other, { at, unsaid }] of said) if (unsaid === 0 && now - at >= PAUSE_MS) said.delete(other);
    said.set(kind, { at: now, unsaid: 0 });
    const more = before && before.unsaid > 0 ? ` (and ${before.unsaid} more like this since it was last said)` : "";
    log.warn(`the job queue reported an error${more}`, databaseProblem(asError(error)));
  };
}

function kindOf(error: Error): string {
  const { code } = error as { readonly code?: unknown };
  return typeof code === "string" ? code : error.message;
}

/** The queue hands on copies of errors, which are none themselves. */
function asError(error: Error): Error {
  return error instanceof Error ? error : Object.assign(new Error((error as Error).message), error);
}
