import { setTimeout as delay } from "node:timers/promises";

/** A waiting reader shows itself this often, so that checkpoints, time limit and stop are looked at. */
export const SIGN_OF_LIFE_MS = 3_000;

/** How far a machine's clock may be from AWS's: a signature that is further off is refused by most services. */
export const CLOCKS_APART_MS_MAX = 15 * 60_000;

export interface ReaderClock {
  /** Epoch milliseconds. */
  now(): number;
  /** Resolves early, without throwing, when the signal aborts. */
  sleep(milliseconds: number, signal: AbortSignal): Promise<void>;
}

export const systemClock: ReaderClock = {
  now: Date.now,
  sleep: (milliseconds, signal) => delay(milliseconds, undefined, { signal }).catch(() => {}),
};
