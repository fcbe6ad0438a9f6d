import { setTimeout as sleep } from "node:timers/promises";
import { asProblem } from "@letsdata/plugin-kit/problems";

const WAIT_MS_MIN = 100;
const WAIT_MS_MAX = 2_000;

/** Repeats while the database does not answer, until it does or `giveUp` aborts; every other problem is thrown at once. */
export async function retryWhileDatabaseIsAway<T>(giveUp: AbortSignal, work: () => Promise<T>): Promise<T> {
  for (let waitMs = WAIT_MS_MIN; ; waitMs = Math.min(waitMs * 2, WAIT_MS_MAX)) {
    try {
      return await work();
    } catch (error) {
      if (asProblem(error).code !== "DATABASE_UNAVAILABLE" || giveUp.aborted) throw error;
      await sleep(waitMs, undefined, { signal: giveUp }).catch(() => {});
    }
  }
}
