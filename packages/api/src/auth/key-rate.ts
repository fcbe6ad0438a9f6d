import { Problem } from "@letsdata/plugin-kit/problems";
import { RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible";

/** Far above what programs need, far below what would disturb others. */
const USES_MAX = 6_000;
const WINDOW_SECONDS = 60;

/** Counts a use of a key; throws Problem RATE_LIMITED. */
export type KeyRate = (keyId: string) => Promise<void>;

/**
 * At most so many uses of a key in each window. The key plugin has a limit of its own, but begins a new window only after a key was silent
 * for a whole one: a program that asks every second would be refused for good once it has used up its number.
 */
export function createKeyRate({ usesMax = USES_MAX, windowSeconds = WINDOW_SECONDS } = {}): KeyRate {
  const limiter = new RateLimiterMemory({ points: usesMax, duration: windowSeconds });
  return async (keyId) => {
    try {
      await limiter.consume(keyId);
    } catch (refused) {
      if (!(refused instanceof RateLimiterRes)) throw refused;
      const seconds = Math.ceil(refused.msBeforeNext / 1_000);
      throw new Problem(
        "RATE_LIMITED",
        `This API key was used more than ${usesMax} times in ${windowSeconds} seconds. It is good again in ${seconds} s.`,
      );
    }
  };
}
