import type { Clock } from "../ports.ts";

interface Sleeper {
  readonly at: number;
  readonly wake: () => void;
}

/** Time that passes only when nothing else can happen: `run` jumps to the next sleeper's moment. */
export class ManualClock implements Clock {
  #now: number;
  #sleepers: Sleeper[] = [];
  #turns = 0;

  constructor(start = 1_767_225_600_000) {
    this.#now = start;
  }

  now(): number {
    return this.#now;
  }

  monotonic(): number {
    return this.#now;
  }

  advance(milliseconds: number): void {
    this.#now += milliseconds;
    this.#wakeDue();
  }

  sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = (): void => {
        this.#sleepers = this.#sleepers.filter((other) => other !== sleeper);
        signal?.removeEventListener("abort", wake);
        resolve();
      };
      const sleeper = { at: this.#now + milliseconds, wake };
      this.#sleepers.push(sleeper);
      signal?.addEventListener("abort", wake, { once: true });
    });
  }

  async turn(): Promise<void> {
    this.#turns++;
    await new Promise((resolve) => setImmediate(resolve));
    this.#turns--;
  }

  /** Lets `work` run to its end, passing time whenever everything sleeps. Throws when nothing can happen any more. */
  async run<T>(work: Promise<T>): Promise<T> {
    let settled = false;
    const done = work.finally(() => {
      settled = true;
    });
    done.catch(() => {});
    for (;;) {
      await new Promise((resolve) => setImmediate(resolve));
      if (settled) return done;
      if (this.#turns > 0) continue;
      const next = Math.min(...this.#sleepers.map((sleeper) => sleeper.at));
      if (next === Number.POSITIVE_INFINITY) throw new Error("everything waits and nobody sleeps");
      this.#now = Math.max(this.#now, next);
      this.#wakeDue();
    }
  }

  #wakeDue(): void {
    for (const sleeper of this.#sleepers.filter(({ at }) => at <= this.#now)) sleeper.wake();
  }
}
