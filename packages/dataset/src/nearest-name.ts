import { loosened } from "./schema-variants.ts";

/** Edits between two names, capped: names further apart than `limit` need not be exact. */
function distance(left: string, right: string, limit: number): number {
  if (Math.abs(left.length - right.length) > limit) return limit + 1;
  let previous = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let row = 1; row <= left.length; row++) {
    const current = [row];
    for (let column = 1; column <= right.length; column++) {
      const substitution = previous[column - 1]! + (left[row - 1] === right[column - 1] ? 0 : 1);
      current.push(Math.min(previous[column]! + 1, current[column - 1]! + 1, substitution));
    }
    previous = current;
  }
  return previous[right.length]!;
}

/** The candidate a person most likely meant, or undefined when none is near. */
export function nearestName(name: string, candidates: readonly string[]): string | undefined {
  if (name.length > 128) return undefined;
  const wanted = loosened(name);
  const limit = Math.max(2, Math.floor(wanted.length / 2.5));
  let best: { readonly candidate: string; readonly edits: number } | undefined;
  for (const candidate of candidates) {
    const edits = distance(wanted, loosened(candidate), limit);
    if (edits <= limit && edits < (best?.edits ?? Number.POSITIVE_INFINITY)) best = { candidate, edits };
  }
  return best?.candidate;
}
