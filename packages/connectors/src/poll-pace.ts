import { exponentialPoll } from "./stream-manifest.ts";

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 60_000;

/** How long an idle source is left alone: growing from 1 s to 60 s until data comes, or always the same. */
export class PollPace {
  readonly #fixedMs: number | null;
  #nextMs = FIRST_PAUSE_MS;

  /** `frequency` as in the manifest; already checked there. */
  constructor(frequency: string) {
    this.#fixedMs = frequency === exponentialPoll ? null : 1_000 * Number(/\d+/.exec(frequency)![0]);
  }

  /** Milliseconds to the next read: none while data comes. */
  pauseAfter(gotRecords: boolean): number {
    if (gotRecords) {
      this.#nextMs = FIRST_PAUSE_MS;
      return 0;
    }
    if (this.#fixedMs !== null) return this.#fixedMs;
    const pauseMs = this.#nextMs;
    this.#nextMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
    return pauseMs;
  }
}
