/** One waiter, many callers: state is checked, then `wait` is called, in the same turn, so no wake-up is missed. */
export class Wakeup {
  #resolve: (() => void) | null = null;

  wait(): Promise<void> {
    return new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  readonly wake = (): void => {
    const resolve = this.#resolve;
    this.#resolve = null;
    resolve?.();
  };
}
