import { invalid } from "./attribute-value.ts";

export interface StreamPosition {
  readonly streamArn: string;
  readonly shardId: string;
  /** The next record is the first at or after this counter. */
  readonly counter: number;
  /** Counter of that record; null where none was there yet. Gone when the iterator is used, it is missed. */
  readonly awaited: number | null;
  /** Epoch ms up to which the shard was looked through. */
  readonly reached: number;
  /** Epoch ms. */
  readonly issuedAt: number;
}

export function formatIterator({ streamArn, shardId, counter, awaited, reached, issuedAt }: StreamPosition): string {
  const parts = JSON.stringify([shardId, counter, awaited, reached, issuedAt]);
  return `${streamArn}|1|${Buffer.from(parts).toString("base64")}`;
}

export function parseIterator(token: string): StreamPosition {
  const [streamArn, version, encoded] = token.split("|");
  try {
    const parts = JSON.parse(Buffer.from(encoded ?? "", "base64").toString("utf8")) as unknown;
    const [shardId, counter, awaited, reached, issuedAt] = Array.isArray(parts) ? (parts as unknown[]) : [];
    const isAwaited = awaited === null || typeof awaited === "number";
    if (streamArn && version === "1" && typeof shardId === "string" && typeof counter === "number" && isAwaited) {
      if (typeof reached === "number" && typeof issuedAt === "number")
        return { streamArn, shardId, counter, awaited, reached, issuedAt };
    }
  } catch {
    // Falls through to the same answer as any other malformed token.
  }
  throw invalid("Invalid ShardIterator");
}
