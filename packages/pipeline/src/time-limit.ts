import type { Clock } from "./ports.ts";

const drainSecondsMin = 10;
const drainShare = 0.1;

/** Seconds after which an attempt stops taking work, to drain before its time-out: max(10 s, 10 %) earlier, but not before half of it. */
export function workSeconds(timeoutSeconds: number): number {
  return Math.max(timeoutSeconds - Math.max(drainSecondsMin, timeoutSeconds * drainShare), timeoutSeconds / 2);
}

/** Calls `timeIsUp` when the attempt must drain; `signal` takes the alarm back. */
export function watchTimeLimit(clock: Clock, timeoutSeconds: number, signal: AbortSignal, timeIsUp: () => void): void {
  void clock.sleep(workSeconds(timeoutSeconds) * 1_000, signal).then(() => {
    if (!signal.aborted) timeIsUp();
  });
}
