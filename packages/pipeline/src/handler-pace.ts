/** A handler is given what it is expected to do in this time: the attempt can be ended, and a checkpoint saved, between. */
const TARGET_MILLISECONDS = 1_000;
/** So many times as many at most as the time before: one record that was done at once says little about the next ones. */
const GROWTH_MAX = 8;

/** How many records a handler is given at once, by the time that the last ones took it. */
export class HandlerPace {
  #records = 1;

  get records(): number {
    return this.#records;
  }

  handled(records: number, milliseconds: number): void {
    const inTime = Math.floor((records * TARGET_MILLISECONDS) / Math.max(milliseconds, 1));
    this.#records = Math.max(1, Math.min(inTime, this.#records * GROWTH_MAX));
  }
}
