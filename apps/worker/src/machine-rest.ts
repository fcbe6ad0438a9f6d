const REST_SECONDS_MIN = 1;
const REST_SECONDS_MAX = 60;
const DELAY_SECONDS_PER_REST = 5;

/**
 * How long a worker takes no tasks after its machine could not start one: a broken machine fails so fast that it would draw the tasks of
 * all datasets to itself. Twice as long each time, until an attempt starts.
 */
export class MachineRest {
  readonly #monotonic: () => number;
  #seconds = 0;
  #until = 0;

  /** `monotonic` in milliseconds. */
  constructor(monotonic: () => number) {
    this.#monotonic = monotonic;
  }

  get isResting(): boolean {
    return this.#monotonic() < this.#until;
  }

  /** Attempts that fail together are one failure. Returns the seconds the task should wait for: long enough for another worker to come by. */
  failed(): number {
    if (!this.isResting) {
      this.#seconds = Math.min(REST_SECONDS_MAX, Math.max(REST_SECONDS_MIN, this.#seconds * 2));
      this.#until = this.#monotonic() + this.#seconds * 1_000;
    }
    return this.#seconds * DELAY_SECONDS_PER_REST;
  }

  worked(): void {
    this.#seconds = 0;
  }
}
