import type { Log } from "./log.ts";

/** Whoever is woken by everything that happens anywhere looks forty times a second at most; a start waits no longer than that for its turn. */
export const LEAST_PAUSE_MS = 25;

export interface Loop {
  /** Do the next pass now instead of at the next interval, but not within 25 ms of the last one. */
  wake(): void;
  /** Also within those: for what this process did itself and would idle without. */
  wakeAtOnce(): void;
  /** Resolves when the pass under way has ended. */
  stop(): Promise<void>;
}

/**
 * One pass after the other, never two at once; a pass that fails is logged and tried again at the next interval. An interval that is a
 * function is asked after each pass.
 */
export function runRepeatedly(
  name: string,
  intervalMs: number | (() => number),
  log: Log,
  pass: () => Promise<void>,
): Loop {
  let stopped = false;
  let woken = new AbortController();
  let wokenAtOnce = new AbortController();
  const pauseMs = typeof intervalMs === "function" ? intervalMs : () => intervalMs;
  const wakeAtOnce = () => {
    woken.abort();
    wokenAtOnce.abort();
  };

  const running = (async () => {
    while (!stopped) {
      woken = new AbortController();
      wokenAtOnce = new AbortController();
      try {
        await pass();
      } catch (error) {
        log.warn(`${name} failed, trying again`, error);
      }
      if (stopped) break;
      const leastPauseEnds = performance.now() + LEAST_PAUSE_MS;
      await pauseUnlessWoken(pauseMs(), woken.signal);
      const left = leastPauseEnds - performance.now();
      if (woken.signal.aborted && left > 0) await pauseUnlessWoken(left, wokenAtOnce.signal);
    }
  })();

  return {
    wake: () => woken.abort(),
    wakeAtOnce,
    stop: async () => {
      stopped = true;
      wakeAtOnce();
      await running;
    },
  };
}

function pauseUnlessWoken(milliseconds: number, woken: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (woken.aborted) return resolve();
    const timer = setTimeout(resolve, milliseconds);
    const end = () => {
      clearTimeout(timer);
      resolve();
    };
    woken.addEventListener("abort", end, { once: true });
  });
}
