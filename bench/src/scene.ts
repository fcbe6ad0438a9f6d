import type { BenchDatabase } from "./endpoints/bench-database.ts";
import type { BenchCloud } from "./endpoints/cloud.ts";
import type { Report } from "./result-table.ts";

/** What every row measures against. */
export interface Scene {
  readonly cloud: BenchCloud;
  readonly database: BenchDatabase;
  /** Less work and less sure. */
  readonly quick: boolean;
  /** Ends with the bench, whatever happens, before cloud and database do. */
  readonly parts: AsyncDisposableStack;
  readonly report: Report;
}

/** Waits for a part that stops with the others, also when the bench ends while it is still starting. */
export function startPart<Part extends { stop(): Promise<void> }>(
  { parts }: Pick<Scene, "parts">,
  starting: Promise<Part>,
): Promise<Part> {
  parts.defer(() =>
    starting.then(
      (started) => started.stop(),
      () => {},
    ),
  );
  return starting;
}

/** Seconds that two sides take turns. */
export const secondsOf = ({ quick }: Pick<Scene, "quick">): number => (quick ? 4 : 8);
