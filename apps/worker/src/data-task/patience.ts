/** A limit on time spent waiting; what is done between the waits does not count. */
export interface Patience {
  /** Aborts when the waits together took as long as the limit. */
  readonly signal: AbortSignal;
  during<T>(wait: () => Promise<T>): Promise<T>;
  /** The whole limit again. */
  renew(): void;
}

export function openPatience(milliseconds: number): Patience {
  const controller = new AbortController();
  let left = milliseconds;
  return {
    signal: controller.signal,
    async during(wait) {
      // A source that answers at once, and always with nothing, gives no timer its turn.
      if (left <= 0) controller.abort();
      const began = performance.now();
      const timer = setTimeout(() => controller.abort(), Math.max(0, left));
      try {
        return await wait();
      } finally {
        clearTimeout(timer);
        left -= performance.now() - began;
      }
    },
    renew() {
      left = milliseconds;
    },
  };
}
