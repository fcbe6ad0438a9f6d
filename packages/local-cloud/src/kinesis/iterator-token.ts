import { AwsError } from "../server/aws-error.ts";
import type { StreamPlace } from "./kinesis-operation.ts";

export interface ShardPosition {
  readonly place: StreamPlace;
  /** Of the stream itself: a stream made again under the same name is another one. */
  readonly streamId: string;
  readonly shardId: string;
  /** The next record is the first at or after this counter. */
  readonly counter: number;
  /** Epoch ms up to which the shard was looked through. */
  readonly reached: number;
  readonly issuedAt: number;
}

export function formatIterator({ place, streamId, shardId, counter, reached, issuedAt }: ShardPosition): string {
  return Buffer.from(
    JSON.stringify([place.accountId, place.region, place.name, streamId, shardId, counter, reached, issuedAt]),
  ).toString("base64");
}

export function parseIterator(token: string): ShardPosition {
  try {
    const parts = JSON.parse(Buffer.from(token, "base64").toString("utf8")) as unknown;
    if (Array.isArray(parts)) {
      const [accountId, region, name, streamId, shardId, counter, reached, issuedAt] = parts as unknown[];
      if (
        [accountId, region, name, streamId, shardId].every((part) => typeof part === "string") &&
        typeof counter === "number" &&
        typeof reached === "number" &&
        typeof issuedAt === "number"
      ) {
        return {
          place: { accountId: String(accountId), region: String(region), name: String(name) },
          streamId: String(streamId),
          shardId: String(shardId),
          counter,
          reached,
          issuedAt,
        };
      }
    }
  } catch {
    // Falls through to the same answer as any other malformed token.
  }
  throw new AwsError("InvalidArgumentException", "Invalid ShardIterator.", 400);
}
