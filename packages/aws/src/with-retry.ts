import { setTimeout as delay } from "node:timers/promises";
import type { Problem } from "@letsdata/plugin-kit/problems";
import { type AwsCall, classifyAwsError, isWorthRepeating } from "./classify-error.ts";

/** As product.md §6.2: random(0, min(30 s, 100 ms · 2ⁿ)), 12 tries. */
export const ATTEMPTS_MAX = 12;
const DELAY_UNIT_MS = 100;
const DELAY_MAX_MS = 30_000;

export interface RetryOptions {
  readonly call?: AwsCall;
  readonly attemptsMax?: number;
  readonly delayMaxMs?: number;
  readonly signal?: AbortSignal;
  readonly worthRepeating?: (problem: Problem) => boolean;
  readonly sleep?: (milliseconds: number, signal?: AbortSignal) => Promise<void>;
}

/** For calls the pipeline cannot repeat itself (parts of an open object, control plane). Throws the last Problem. */
export async function withRetry<T>(attempt: () => Promise<T>, options: RetryOptions = {}): Promise<T> {
  const { attemptsMax = ATTEMPTS_MAX, worthRepeating = isWorthRepeating, sleep = pause } = options;
  for (let tries = 1; ; tries++) {
    try {
      return await attempt();
    } catch (thrown) {
      options.signal?.throwIfAborted();
      const problem = classifyAwsError(thrown, options.call);
      if (tries >= attemptsMax || !worthRepeating(problem)) throw problem;
      await sleep(backoffMs(tries, options.delayMaxMs), options.signal);
    }
  }
}

/** Milliseconds to wait after the nth failure in a row. */
export function backoffMs(failures: number, delayMaxMs: number = DELAY_MAX_MS): number {
  return Math.random() * Math.min(delayMaxMs, DELAY_UNIT_MS * 2 ** failures);
}

async function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
  await delay(milliseconds, undefined, signal ? { signal } : {});
}
