import type { Log } from "./log.ts";

export interface Loop {
  /** Do the next pass now instead of at the next interval. */
  wake(): void;
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
  let wake = new AbortController();
  const pauseMs = typeof intervalMs === "function" ? intervalMs : () => intervalMs;

  const running = (async () => {
    while (!stopped) {
      wake = new AbortController();
      try {
        await pass();
      } catch (error) {
        log.warn(`${name} failed, trying again`, error);
      }
      if (!stopped) await pauseUnlessWoken(pauseMs(), wake.signal);
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
