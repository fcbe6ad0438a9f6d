import type { Clock } from "./ports.ts";

/** One waiter, many callers: state is checked, then it waits, in the same turn, so no wake-up is missed. */
export class Wakeup {
  readonly #clock: Clock;
  readonly #over: AbortSignal;
  #resolve: (() => void) | null = null;
  #alarmAt = Number.POSITIVE_INFINITY;

  /** `over` takes the alarms back. */
  constructor(clock: Clock, over: AbortSignal) {
    this.#clock = clock;
    this.#over = over;
  }

  wait(): Promise<void> {
    return new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  /**
   * Ends at the latest at `at`; both in monotonic milliseconds. Alarms are left to ring rather than taken back: an early one costs a
   * look around, a timer per read batch costs more.
   */
  waitUntil(at: number, now: number): Promise<void> {
    if (at < this.#alarmAt) {
      this.#alarmAt = at;
      void this.#clock.sleep(Math.max(at - now, 0), this.#over).then(() => {
        if (this.#alarmAt === at) this.#alarmAt = Number.POSITIVE_INFINITY;
        this.wake();
      });
    }
    return this.wait();
  }

  readonly wake = (): void => {
    const resolve = this.#resolve;
    this.#resolve = null;
    resolve?.();
  };
}
