import { AwsError } from "../server/aws-error.ts";
import type { StreamPlace } from "./kinesis-operation.ts";

export interface ShardPosition {
  readonly place: StreamPlace;
  /** Of the stream itself: a stream made again under the same name is another one. */
  readonly streamId: string;
  readonly shardId: string;
  /** The next record is the first at or after this counter. */
  readonly counter: number;
  readonly issuedAt: number;
}

export function formatIterator({ place, streamId, shardId, counter, issuedAt }: ShardPosition): string {
  return Buffer.from(
    JSON.stringify([place.accountId, place.region, place.name, streamId, shardId, counter, issuedAt]),
  ).toString("base64");
}

export function parseIterator(token: string): ShardPosition {
  try {
    const parts = JSON.parse(Buffer.from(token, "base64").toString("utf8")) as unknown;
    if (Array.isArray(parts)) {
      const [accountId, region, name, streamId, shardId, counter, issuedAt] = parts as unknown[];
      if (
        [accountId, region, name, streamId, shardId].every((part) => typeof part === "string") &&
        typeof counter === "number" &&
        typeof issuedAt === "number"
      ) {
        return {
          place: { accountId: String(accountId), region: String(region), name: String(name) },
          streamId: String(streamId),
          shardId: String(shardId),
          counter,
          issuedAt,
        };
      }
    }
  } catch {
    // Falls through to the same answer as any other malformed token.
  }
  throw new AwsError("InvalidArgumentException", "Invalid ShardIterator.", 400);
}
