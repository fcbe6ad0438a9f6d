/** Long polls that wait for a change of their queue. */
export type QueueWaiters = ReturnType<typeof createQueueWaiters>;

export function createQueueWaiters() {
  const waiting = new Map<string, Set<() => void>>();
  return {
    /** Something may be receivable now. */
    wake(queueId: string): void {
      for (const wake of waiting.get(queueId) ?? []) wake();
    },
    /** Resolves at the next change of the queue, when `signal` aborts, and at the latest after `milliseconds`. */
    wait(queueId: string, milliseconds: number, signal: AbortSignal): Promise<void> {
      return new Promise((resolve) => {
        const own = waiting.get(queueId) ?? new Set();
        waiting.set(queueId, own);
        const done = () => {
          clearTimeout(timer);
          signal.removeEventListener("abort", done);
          own.delete(done);
          if (own.size === 0) waiting.delete(queueId);
          resolve();
        };
        const timer = setTimeout(done, milliseconds);
        own.add(done);
        signal.addEventListener("abort", done, { once: true });
        if (signal.aborted) done();
      });
    },
  };
}
