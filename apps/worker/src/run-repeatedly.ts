import { setTimeout as sleep } from "node:timers/promises";
import type { Log } from "./log.ts";

export interface Loop {
  /** Do the next pass now instead of at the next interval. */
  wake(): void;
  /** Resolves when the pass under way has ended. */
  stop(): Promise<void>;
}

/** One pass after the other, never two at once; a pass that fails is logged and tried again at the next interval. */
export function runRepeatedly(name: string, intervalMs: number, log: Log, pass: () => Promise<void>): Loop {
  let stopped = false;
  let wake = new AbortController();

  const running = (async () => {
    while (!stopped) {
      wake = new AbortController();
      try {
        await pass();
      } catch (error) {
        log.warn(`${name} failed, trying again`, error);
      }
      if (!stopped) await sleep(intervalMs, undefined, { signal: wake.signal }).catch(() => {});
    }
  })();

  return {
    wake: () => wake.abort(),
    stop: async () => {
      stopped = true;
      wake.abort();
      await running;
    },
  };
}
