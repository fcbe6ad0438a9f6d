import { AwsError } from "../server/aws-error.ts";
import { invalid } from "./attribute-value.ts";
import type { DynamodbCall, DynamodbOperation } from "./dynamodb-operation.ts";
import { formatIterator, parseIterator } from "./stream-iterator.ts";
import {
  type ChangeStream,
  counterOf,
  RETENTION_MS,
  type StreamRecord,
  type StreamShard,
  sequenceNumber,
} from "./stream-store.ts";
import { useTableKey } from "./table-key.ts";
import { resourceNotFound } from "./table-store.ts";

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_GetRecords.html */
const GET_RECORDS_MAX = 1000;
const GET_BYTES_MAX = 1024 * 1024;
const ITERATOR_LIFE_MS = 15 * 60_000;
const PAGE_MAX = 100;

export const streamOperations: Readonly<Record<string, DynamodbOperation>> = {
  ListStreams({ streams, input, place }) {
    const limit = input.optionalNumber("Limit", 1, PAGE_MAX) ?? PAGE_MAX;
    const after = input.optionalString("ExclusiveStartStreamArn") ?? "";
    const tableName = input.optionalString("TableName");
    const rest = streams
      .list(place.accountId, place.region)
      .filter((stream) => stream.arn > after && (tableName === undefined || stream.tableName === tableName))
      .filter(({ arn }) => streams.find(arn) !== null);
    const listed = rest.slice(0, limit);
    return {
      Streams: listed.map(({ arn, tableName: TableName, label }) => ({
        StreamArn: arn,
        TableName,
        StreamLabel: label,
      })),
      ...(rest.length > limit ? { LastEvaluatedStreamArn: listed.at(-1)?.arn } : {}),
    };
  },
  DescribeStream(call) {
    const { input, streams } = call;
    const stream = call.stream();
    const limit = input.optionalNumber("Limit", 1, PAGE_MAX) ?? PAGE_MAX;
    const late = call.cloud.faults.draw("late-children", "dynamodb", "DescribeStream", stream.arn);
    const shown = late ? withoutLateChildren(call, stream, late.latencyMs ?? 0) : streams.liveShards(stream);
    const live = filtered(call, shown);
    const after = input.optionalString("ExclusiveStartShardId");
    const start = after === undefined ? 0 : live.findIndex(({ id }) => id === after) + 1;
    const listed = live.slice(start, start + limit);
    return {
      StreamDescription: {
        StreamArn: stream.arn,
        StreamLabel: stream.label,
        StreamStatus: stream.disabledAt === null ? "ENABLED" : "DISABLED",
        StreamViewType: stream.viewType,
        CreationRequestDateTime: stream.createdAt / 1000,
        TableName: stream.tableName,
        KeySchema: stream.keySchema,
        Shards: listed.map(describeShard),
        ...(start + limit < live.length ? { LastEvaluatedShardId: listed.at(-1)?.id } : {}),
      },
    };
  },
  GetShardIterator(call) {
    const stream = call.stream();
    const shard = shardOf(call, stream, call.input.string("ShardId"));
    const counter = startingCounter(call, stream, shard);
    const now = call.cloud.now();
    const [awaited] = call.streams.read(stream, shard.id, counter);
    const isLatest = call.input.string("ShardIteratorType") === "LATEST";
    const reached = isLatest ? now : (call.streams.createdBefore(stream, shard.id, counter) ?? openedAt(stream, shard));
    return {
      ShardIterator: formatIterator({
        streamArn: stream.arn,
        shardId: shard.id,
        counter,
        awaited: awaited?.counter ?? null,
        reached,
        issuedAt: now,
      }),
    };
  },
  GetRecords(call) {
    const { input, cloud, streams } = call;
    const position = parseIterator(input.string("ShardIterator"));
    const limit = input.optionalNumber("Limit", 1, GET_RECORDS_MAX) ?? GET_RECORDS_MAX;
    const stream = call.stream();
    const shard = shardOf(call, stream, position.shardId);
    const now = cloud.now();
    const expired = now - position.issuedAt > ITERATOR_LIFE_MS;
    if (expired || cloud.faults.draw("expired-iterator", "dynamodb", "GetRecords", stream.arn)) {
      throw new AwsError(
        "ExpiredIteratorException",
        "Iterator expired. The iterator is created more than 15 minutes ago.",
        400,
      );
    }
    if (position.awaited !== null && !streams.holds(stream, shard.id, position.awaited)) throw trimmed(shard);
    const looksUntil = Math.max(position.reached, now - RETENTION_MS) + cloud.limits.dynamodbMillisecondsPerRead;
    const records: StreamRecord[] = [];
    let bytes = 0;
    let isFull = false;
    let following: StreamRecord | null = null;
    for (const record of streams.read(stream, shard.id, position.counter)) {
      isFull = records.length >= limit || (records.length > 0 && bytes + record.bytes > GET_BYTES_MAX);
      if (isFull || record.created > looksUntil) following = record;
      if (following) break;
      records.push(record);
      bytes += record.bytes;
    }
    // A stream is encrypted as its table is; nothing to decrypt where there is no record.
    const table = call.tables.find({ accountId: stream.accountId, region: stream.region, name: stream.tableName });
    if (records.length > 0 && table) useTableKey(call, table, "read");
    const last = records.at(-1);
    const readOut = shard.closedAt !== null && following === null && looksUntil >= shard.closedAt;
    const next = {
      ...position,
      counter: last ? last.counter + 1 : position.counter,
      awaited: following?.counter ?? null,
      reached: isFull && last ? last.created : Math.min(looksUntil, now),
      issuedAt: now,
    };
    return {
      Records: records.map((record) => describeRecord(stream, record)),
      ...(readOut ? {} : { NextShardIterator: formatIterator(next) }),
    };
  },
};

function describeShard({ id, parentId, startCounter, endCounter }: StreamShard) {
  return {
    ShardId: id,
    ...(parentId === null ? {} : { ParentShardId: parentId }),
    SequenceNumberRange: {
      StartingSequenceNumber: sequenceNumber(startCounter),
      ...(endCounter === null ? {} : { EndingSequenceNumber: sequenceNumber(endCounter) }),
    },
  };
}

function describeRecord(stream: ChangeStream, record: StreamRecord) {
  return {
    eventID: record.eventId,
    eventName: record.eventName,
    eventVersion: "1.1",
    eventSource: "aws:dynamodb",
    awsRegion: stream.region,
    dynamodb: {
      // AWS gives whole seconds.
      ApproximateCreationDateTime: Math.floor(record.created / 1000),
      Keys: record.keys,
      ...(record.newImage ? { NewImage: record.newImage } : {}),
      ...(record.oldImage ? { OldImage: record.oldImage } : {}),
      SequenceNumber: sequenceNumber(record.counter),
      SizeBytes: record.bytes,
      StreamViewType: stream.viewType,
    },
  };
}

/** The list is eventually consistent: children may appear some time after their parent is closed. */
function withoutLateChildren({ streams, cloud }: DynamodbCall, stream: ChangeStream, lateMs: number): StreamShard[] {
  const closedAt = new Map(stream.shards.map((shard) => [shard.id, shard.closedAt]));
  return streams
    .liveShards(stream)
    .filter(({ parentId }) => parentId === null || (closedAt.get(parentId) ?? 0) <= cloud.now() - lateMs);
}

function filtered({ input }: DynamodbCall, shards: StreamShard[]): StreamShard[] {
  if (!input.has("ShardFilter")) return shards;
  const filter = input.object("ShardFilter");
  filter.string("Type", /^CHILD_SHARDS$/);
  const parent = filter.string("ShardId");
  return shards.filter(({ parentId }) => parentId === parent);
}

function shardOf({ streams }: DynamodbCall, stream: ChangeStream, shardId: string): StreamShard {
  const shard = streams.liveShards(stream).find(({ id }) => id === shardId);
  if (!shard) throw resourceNotFound(`: Shard: ${shardId} in Stream: ${stream.arn} not found`);
  return shard;
}

function startingCounter({ input, streams }: DynamodbCall, stream: ChangeStream, shard: StreamShard): number {
  const type = input.string("ShardIteratorType", /^(AT_SEQUENCE_NUMBER|AFTER_SEQUENCE_NUMBER|TRIM_HORIZON|LATEST)$/);
  if (type === "TRIM_HORIZON") return shard.startCounter;
  if (type === "LATEST") return shard.endCounter ?? streams.nextCounter(stream);
  const text = input.string("SequenceNumber");
  const counter = counterOf(text);
  const end = shard.endCounter ?? streams.nextCounter(stream);
  if (counter === null || counter < shard.startCounter || counter > end) {
    throw invalid(`Invalid SequenceNumber: ${text} for Shard: ${shard.id}`);
  }
  // Bounds of the shard are no records; everything else that is not there was trimmed.
  if (counter !== shard.startCounter && counter !== end && !streams.holds(stream, shard.id, counter)) {
    throw trimmed(shard);
  }
  return type === "AT_SEQUENCE_NUMBER" ? counter : counter + 1;
}

function openedAt(stream: ChangeStream, { parentId }: StreamShard): number {
  return stream.shards.find(({ id }) => id === parentId)?.closedAt ?? stream.createdAt;
}

function trimmed(shard: StreamShard): AwsError {
  return new AwsError(
    "TrimmedDataAccessException",
    `The operation attempted to read past the oldest stream record in a shard: ${shard.id}`,
    400,
  );
}
