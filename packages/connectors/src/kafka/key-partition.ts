const SEED = 0x9747b28c;
const MULTIPLIER = 0x5bd1e995;
/** Keys are hashed in here; what is longer gets a buffer of its own. */
const scratch = Buffer.alloc(1_024);

/** A document's partition of `count`. Those without a key keep their order, too. */
export function partitionOfDocument({ partitionKey }: { readonly partitionKey: string }, count: number): number {
  return partitionKey === "" ? 0 : partitionOfKey(partitionKey, count);
}

/** The partition of `count` that Kafka's own producers give to this key (murmur2), so that theirs and ours meet. */
export function partitionOfKey(key: string, count: number): number {
  const bytes = key.length * 3 <= scratch.length ? scratch : Buffer.from(key);
  const length = bytes === scratch ? scratch.write(key) : bytes.length;
  return (murmur2(bytes, length) & 0x7fffffff) % count;
}

/** As Kafka's `Utils.murmur2`: 32 bits, little-endian. */
function murmur2(bytes: Buffer, length: number): number {
  let hash = SEED ^ length;
  const whole = length & ~3;
  for (let at = 0; at < whole; at += 4) {
    let block = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
    block = Math.imul(block, MULTIPLIER);
    block ^= block >>> 24;
    hash = Math.imul(hash, MULTIPLIER) ^ Math.imul(block, MULTIPLIER);
  }
  if (length > whole) {
    if (length - whole > 2) hash ^= bytes[whole + 2]! << 16;
    if (length - whole > 1) hash ^= bytes[whole + 1]! << 8;
    hash = Math.imul(hash ^ bytes[whole]!, MULTIPLIER);
  }
  hash = Math.imul(hash ^ (hash >>> 13), MULTIPLIER);
  return hash ^ (hash >>> 15);
}
