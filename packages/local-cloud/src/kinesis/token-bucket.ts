/** One second's worth at most, refilled evenly. */
export class TokenBucket {
  readonly #perSecond: number;
  #available: number;
  #updatedAt: number;

  constructor(perSecond: number, now: number) {
    this.#perSecond = perSecond;
    this.#available = perSecond;
    this.#updatedAt = now;
  }

  has(amount: number, now: number): boolean {
    const elapsed = Math.max(0, now - this.#updatedAt);
    this.#available = Math.min(this.#perSecond, this.#available + (elapsed / 1000) * this.#perSecond);
    this.#updatedAt = now;
    return this.#available >= amount;
  }

  take(amount: number): void {
    this.#available -= amount;
  }
}
