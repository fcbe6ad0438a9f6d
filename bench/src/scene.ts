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

/** Seconds that two sides take turns. */
export const secondsOf = ({ quick }: Pick<Scene, "quick">): number => (quick ? 4 : 8);
