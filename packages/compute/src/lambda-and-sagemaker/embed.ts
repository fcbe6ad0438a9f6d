import type { Vector } from "./read-vectors.ts";

/** Turns at most `textsPerCall` texts into vectors: one for each, all of one length. */
export type Embed = (texts: readonly string[], signal: AbortSignal) => Promise<Embedding>;

export interface Embedding {
  readonly vectors: readonly Vector[];
  /** True where a stand-in answered and no model. */
  readonly isStandIn: boolean;
}

/** Texts of one request at most (product.md §8.2). */
export const textsPerCall = 32;
/** A batch's calls under way at the same time. */
export const callsAtOnce = 4;

export interface MeasuredCall {
  readonly milliseconds: number;
  readonly isStandIn: boolean;
}

/**
 * Vectors of any number of texts, in their order, a few calls at a time; few texts are shared out among them. The first failure ends the
 * calls that are under way.
 */
export async function embedAll(
  embed: Embed,
  texts: readonly string[],
  signal: AbortSignal,
  onCall: (call: MeasuredCall) => void,
): Promise<readonly Vector[]> {
  const vectors: Vector[] = [];
  const failed = new AbortController();
  const either = AbortSignal.any([signal, failed.signal]);
  const share = Math.min(textsPerCall, Math.ceil(texts.length / callsAtOnce));
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < texts.length) {
      either.throwIfAborted();
      const from = next;
      next += share;
      const began = performance.now();
      const { vectors: answered, isStandIn } = await embed(texts.slice(from, from + share), either);
      onCall({ milliseconds: performance.now() - began, isStandIn });
      for (const [n, vector] of answered.entries()) vectors[from + n] = vector;
    }
  };
  const workers = Array.from({ length: callsAtOnce }, work);
  try {
    await Promise.all(workers);
  } catch (thrown) {
    failed.abort();
    await Promise.allSettled(workers);
    throw thrown;
  }
  return vectors;
}
