import { asProblem, Problem } from "@letsdata/plugin-kit/problems";
import type { Clock } from "./ports.ts";

export const triesMax = 12;
const delayMillisecondsMax = 30_000;
const delayMillisecondsFirst = 100;

export interface BackOff {
  readonly clock: Clock;
  readonly random: () => number;
  /** Aborts when the lease is lost, or with the Problem that failed the attempt: nobody waits or tries again after that. */
  readonly ended: AbortSignal;
}

/** Full jitter: random(0, min(30 s, 100 ms · 2ⁿ)), n counting from 0. */
export function backOffMilliseconds(retry: number, random: () => number): number {
  return random() * Math.min(delayMillisecondsMax, delayMillisecondsFirst * 2 ** retry);
}

export async function backOff({ clock, random, ended }: BackOff, retry: number, wakeEarly = ended): Promise<void> {
  await clock.sleep(backOffMilliseconds(retry, random), wakeEarly);
  throwIfEnded(ended);
}

export function throwIfEnded(ended: AbortSignal): void {
  if (!ended.aborted) return;
  if (ended.reason instanceof Problem) throw ended.reason;
  throw new Problem("LEASE_LOST", "Another worker holds this task now");
}

export function isTransient(problem: Problem): boolean {
  return problem.entry.retry === "later";
}

/** Repeats `call` while its problem says `later`, at most `tries` times in all. */
export async function retryTransient<T>(
  backOffWith: BackOff,
  call: () => Promise<T>,
  { tries = triesMax, onRetry }: { readonly tries?: number; readonly onRetry?: (problem: Problem) => void } = {},
): Promise<T> {
  for (let retry = 0; ; retry++) {
    throwIfEnded(backOffWith.ended);
    try {
      return await call();
    } catch (thrown) {
      throwIfEnded(backOffWith.ended);
      const problem = asProblem(thrown);
      if (!isTransient(problem) || retry + 1 >= tries) throw problem;
      onRetry?.(problem);
      await backOff(backOffWith, retry);
    }
  }
}
