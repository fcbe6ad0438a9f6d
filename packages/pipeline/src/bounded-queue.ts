import type { Problem } from "@letsdata/plugin-kit/problems";

interface Entry<T> {
  readonly item: T;
  readonly weight: number;
}

/** A queue between two stages: a full one makes its producer wait. One producer, one consumer. */
export class BoundedQueue<T> {
  readonly #countMax: number;
  readonly #weightMax: number;
  readonly #onChange: () => void;
  readonly #entries: Entry<T>[] = [];
  #weight = 0;
  #ended = false;
  #failure: Problem | null = null;
  #resumeProducer: (() => void) | null = null;

  /** `onChange` tells the consumer that an item, the end or a failure arrived. */
  constructor(limits: { readonly countMax: number; readonly weightMax: number }, onChange: () => void) {
    this.#countMax = limits.countMax;
    this.#weightMax = limits.weightMax;
    this.#onChange = onChange;
  }

  get length(): number {
    return this.#entries.length;
  }

  /** Takes the item at once; a returned promise asks the producer to wait before the next one. */
  push(item: T, weight: number): Promise<void> | null {
    this.#entries.push({ item, weight });
    this.#weight += weight;
    this.#onChange();
    if (!this.#isFull()) return null;
    return new Promise((resolve) => {
      this.#resumeProducer = resolve;
    });
  }

  /** What `take` would give after so many more. */
  peek(before: number): T | null {
    return this.#entries[before]?.item ?? null;
  }

  /** Puts the parts of an item in its place; the last of them weighs what it did, since what the others held may be shared with it. */
  divide(before: number, parts: readonly [...T[], T]): void {
    const { weight } = this.#entries[before]!;
    const entries = parts.map((item, at) => ({ item, weight: at === parts.length - 1 ? weight : 0 }));
    this.#entries.splice(before, 1, ...entries);
  }

  take(): T | null {
    const entry = this.#entries.shift();
    if (!entry) return null;
    this.#weight -= entry.weight;
    if (!this.#isFull()) this.release();
    return entry.item;
  }

  /** Lets a waiting producer go, full or not: used when nobody will take any more. */
  release(): void {
    const resume = this.#resumeProducer;
    this.#resumeProducer = null;
    resume?.();
  }

  end(): void {
    this.#ended = true;
    this.#onChange();
  }

  fail(problem: Problem): void {
    this.#failure = problem;
    this.end();
  }

  /** Nothing left and nothing to come. */
  get isExhausted(): boolean {
    return this.#ended && this.#entries.length === 0;
  }

  get failure(): Problem | null {
    return this.#failure;
  }

  #isFull(): boolean {
    return this.#entries.length >= this.#countMax || this.#weight >= this.#weightMax;
  }
}
