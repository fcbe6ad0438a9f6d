import { createHash } from "node:crypto";

/** Places one word adds to. */
const PLACES_PER_WORD = 4;

/**
 * A vector of unit length that stands in for a model's: the words of the text, whatever their case, each hashed to a few signed places
 * (feature hashing). The same text always gives the same vector, and texts that share words lie nearer to each other than others; it
 * knows nothing of what words mean.
 */
export function standInVector(text: string, length: number): readonly number[] {
  const words = text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [text];
  const sums = new Float64Array(length);
  for (const word of words) {
    const digest = createHash("sha256").update(word).digest();
    for (let n = 0; n < PLACES_PER_WORD; n++) {
      const place = digest.readUInt32BE(n * 4) % length;
      sums[place] = (sums[place] ?? 0) + (((digest[16 + n] ?? 0) & 1) === 0 ? 1 : -1);
    }
  }
  const norm = Math.hypot(...sums);
  // Words can cancel each other out.
  if (norm === 0) return Array.from(sums, (_, place) => (place === 0 ? 1 : 0));
  return Array.from(sums, (sum) => Number((sum / norm).toFixed(7)));
}
