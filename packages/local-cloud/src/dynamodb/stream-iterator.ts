import { invalid } from "./attribute-value.ts";

export interface StreamPosition {
  readonly streamArn: string;
  readonly shardId: string;
  /** The next record is the first at or after this counter. */
  readonly counter: number;
  /** Epoch ms. */
  readonly issuedAt: number;
}

export function formatIterator({ streamArn, shardId, counter, issuedAt }: StreamPosition): string {
  return `${streamArn}|1|${Buffer.from(JSON.stringify([shardId, counter, issuedAt])).toString("base64")}`;
}

export function parseIterator(token: string): StreamPosition {
  const [streamArn, version, encoded] = token.split("|");
  try {
    const parts = JSON.parse(Buffer.from(encoded ?? "", "base64").toString("utf8")) as unknown;
    const [shardId, counter, issuedAt] = Array.isArray(parts) ? (parts as unknown[]) : [];
    if (streamArn && version === "1" && typeof shardId === "string") {
      if (typeof counter === "number" && typeof issuedAt === "number") return { streamArn, shardId, counter, issuedAt };
    }
  } catch {
    // Falls through to the same answer as any other malformed token.
  }
  throw invalid("Invalid ShardIterator");
}
