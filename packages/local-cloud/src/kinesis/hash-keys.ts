import { hash } from "node:crypto";

/** Hash keys are kept as 32 hex digits, whose text order is their numeric order. */
export type HashKey = string;

const SPACE = 1n << 128n;

export function hashOfPartitionKey(partitionKey: string): HashKey {
  return hash("md5", partitionKey, "hex");
}

export function toHashKey(value: bigint): HashKey {
  return value.toString(16).padStart(32, "0");
}

export function toDecimal(key: HashKey): string {
  return BigInt(`0x${key}`).toString();
}

/** null when the text is no number in the hash space. */
export function fromDecimal(text: string): HashKey | null {
  if (!/^(0|[1-9]\d{0,38})$/.test(text)) return null;
  const value = BigInt(text);
  return value < SPACE ? toHashKey(value) : null;
}

export function before(key: HashKey): HashKey {
  return toHashKey(BigInt(`0x${key}`) - 1n);
}

export function evenRanges(count: number): { readonly start: HashKey; readonly end: HashKey }[] {
  return Array.from({ length: count }, (_, index) => ({
    start: toHashKey((SPACE * BigInt(index)) / BigInt(count)),
    end: toHashKey((SPACE * BigInt(index + 1)) / BigInt(count) - 1n),
  }));
}
