import { AwsError } from "../server/aws-error.ts";
import type { JsonInput } from "../server/json-protocol.ts";
import { statusOf } from "./describe-stream.ts";
import { fromDecimal, type HashKey, hashOfPartitionKey } from "./hash-keys.ts";
import { formatIterator, parseIterator, type ShardPosition } from "./iterator-token.ts";
import type { KinesisCall, KinesisOperation } from "./kinesis-operation.ts";
import type { StoredRecord } from "./shard-log.ts";
import { encryptionOf, useStreamKey } from "./stream-key.ts";
import {
  counterOf,
  horizonOf,
  liveShard,
  openShards,
  type Shard,
  type Stream,
  sequenceNumber,
  streamArn,
  streamNotFound,
} from "./stream-store.ts";

/** https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html */
const PUT_RECORDS_MAX = 500;
const PUT_BYTES_MAX = 5 * 1024 * 1024;
const RECORD_BYTES_MAX = 1024 * 1024;
const PARTITION_KEY_LENGTH_MAX = 256;
const GET_RECORDS_MAX = 10_000;
const GET_BYTES_MAX = 10 * 1024 * 1024;
const ITERATOR_LIFE_MS = 5 * 60_000;

interface NewRecord {
  readonly partitionKey: string;
  readonly hashKey: HashKey;
  readonly data: Buffer;
  readonly bytes: number;
}

export const recordOperations: Readonly<Record<string, KinesisOperation>> = {
  PutRecord(call) {
    const stream = writable(call);
    const record = readRecord(call.input);
    useStreamKey(call, stream, "write");
    const [outcome] = putAll(call, stream, [record]);
    if (outcome && "SequenceNumber" in outcome) return { ...outcome, EncryptionType: typeOf(stream) };
    throw new AwsError(outcome?.ErrorCode ?? "InternalFailure", outcome?.ErrorMessage ?? "", 400);
  },
  PutRecords(call) {
    const entries = call.input.objects("Records");
    if (entries.length < 1 || entries.length > PUT_RECORDS_MAX) {
      throw new AwsError(
        "ValidationException",
        `1 validation error detected: Value at 'records' failed to satisfy constraint: Member must have length ${entries.length < 1 ? "greater than or equal to 1" : `less than or equal to ${PUT_RECORDS_MAX}`}`,
        400,
      );
    }
    const records = entries.map(readRecord);
    const bytes = records.reduce((sum, record) => sum + record.bytes, 0);
    if (bytes > PUT_BYTES_MAX) throw new AwsError("InvalidArgumentException", "Records size exceeds 5 MB limit", 400);
    const stream = writable(call);
    useStreamKey(call, stream, "write");
    const { faults } = call.cloud;
    const arn = streamArn(stream);
    const Records = putAll(call, stream, records, (index) => {
      return faults.draw("partial", "kinesis", "PutRecords", `${arn}#${index}`) !== null;
    });
    return {
      FailedRecordCount: Records.filter((outcome) => "ErrorCode" in outcome).length,
      Records,
      EncryptionType: typeOf(stream),
    };
  },
  GetShardIterator(call) {
    const { input, cloud } = call;
    const stream = call.stream();
    const shardId = input.string("ShardId");
    liveShard(stream, shardId, cloud.now());
    const { counter, reached } = startingPlace(call, stream, shardId);
    return {
      ShardIterator: formatIterator({
        place: placeOf(stream),
        streamId: stream.id,
        shardId,
        counter,
        reached,
        issuedAt: cloud.now(),
      }),
    };
  },
  GetRecords: getRecords,
};

function readRecord(input: JsonInput): NewRecord {
  const partitionKey = input.string("PartitionKey");
  if (partitionKey.length < 1 || partitionKey.length > PARTITION_KEY_LENGTH_MAX) {
    throw new AwsError(
      "ValidationException",
      `1 validation error detected: Value '${partitionKey}' at 'partitionKey' failed to satisfy constraint: Member must have length between 1 and ${PARTITION_KEY_LENGTH_MAX}`,
      400,
    );
  }
  const data = Buffer.from(input.string("Data"), "base64");
  const bytes = data.length + Buffer.byteLength(partitionKey);
  if (bytes > RECORD_BYTES_MAX) {
    throw new AwsError(
      "ValidationException",
      `1 validation error detected: Value at 'data' failed to satisfy constraint: Member must have length less than or equal to ${RECORD_BYTES_MAX}`,
      400,
    );
  }
  const explicit = input.optionalString("ExplicitHashKey");
  const hashKey = explicit === undefined ? hashOfPartitionKey(partitionKey) : fromDecimal(explicit);
  if (hashKey === null)
    throw new AwsError(
      "InvalidArgumentException",
      `Invalid ExplicitHashKey. ExplicitHashKey must be in the range: [0, 2^128-1]. Specified value was ${explicit}`,
      400,
    );
  return { partitionKey, hashKey, data, bytes };
}

type Outcome =
  | { readonly SequenceNumber: string; readonly ShardId: string }
  | { readonly ErrorCode: string; readonly ErrorMessage: string };

function putAll(
  { streams, cloud }: KinesisCall,
  stream: Stream,
  records: readonly NewRecord[],
  fails: (index: number) => boolean = () => false,
): Outcome[] {
  const open = openShards(stream);
  const now = cloud.now();
  const accepted = new Map<string, StoredRecord[]>();
  const outcomes = records.map((record, index): Outcome => {
    const shard = shardOf(open, record.hashKey);
    const state = streams.shard(stream, shard.id);
    const fits = state.bytes.has(record.bytes, now) && state.records.has(1, now);
    if (!fits || fails(index)) {
      return {
        ErrorCode: "ProvisionedThroughputExceededException",
        ErrorMessage: `Rate exceeded for shard ${shard.id} in stream ${stream.name} under account ${stream.accountId}.`,
      };
    }
    state.bytes.take(record.bytes);
    state.records.take(1);
    const counter = streams.takeCounter(stream);
    const stored = {
      counter,
      arrival: Math.max(now, state.log.lastArrival),
      partitionKey: record.partitionKey,
      data: record.data,
    };
    const waiting = accepted.get(shard.id);
    if (waiting) waiting.push(stored);
    else accepted.set(shard.id, [stored]);
    return { SequenceNumber: sequenceNumber(counter), ShardId: shard.id };
  });
  for (const [shardId, stored] of accepted) streams.shard(stream, shardId).log.append(stored);
  return outcomes;
}

function shardOf(open: readonly Shard[], hashKey: HashKey): Shard {
  let low = 0;
  let high = open.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if ((open[middle]?.start ?? "") <= hashKey) low = middle;
    else high = middle - 1;
  }
  const shard = open[low];
  if (!shard) throw new AwsError("InternalFailure", "The stream has no open shard", 500);
  return shard;
}

type ShardPlace = Pick<ShardPosition, "counter" | "reached">;

function startingPlace({ input, streams, cloud }: KinesisCall, stream: Stream, shardId: string): ShardPlace {
  const { log } = streams.shard(stream, shardId);
  const after = (counter: number) => ({ counter, reached: log.arrivalAt(log.indexOfCounter(counter) - 1) ?? 0 });
  const sequence = () => {
    const text = input.string("StartingSequenceNumber");
    const counter = counterOf(text);
    if (counter === null)
      throw new AwsError(
        "InvalidArgumentException",
        `StartingSequenceNumber ${text} used in GetShardIterator on shard ${shardId} in stream ${stream.name} under account ${stream.accountId} is invalid.`,
        400,
      );
    return counter;
  };
  const type = input.string(
    "ShardIteratorType",
    /^(AT_SEQUENCE_NUMBER|AFTER_SEQUENCE_NUMBER|TRIM_HORIZON|LATEST|AT_TIMESTAMP)$/,
  );
  switch (type) {
    case "AT_SEQUENCE_NUMBER":
      return after(sequence());
    case "AFTER_SEQUENCE_NUMBER":
      return after(sequence() + 1);
    case "AT_TIMESTAMP": {
      const time = Math.round(input.number("Timestamp") * 1000);
      const now = cloud.now();
      if (time > now)
        throw new AwsError(
          "InvalidArgumentException",
          `The timestampInMillis parameter cannot be greater than the currentTimestampInMillis. timestampInMillis: ${time}, currentTimestampInMillis: ${now}`,
          400,
        );
      const index = log.indexOfTime(time);
      return { counter: log.counterAt(index) ?? streams.nextCounter(stream), reached: time };
    }
    case "LATEST":
      return { counter: streams.nextCounter(stream), reached: cloud.now() };
    default:
      return { counter: 0, reached: 0 };
  }
}

function getRecords(call: KinesisCall): unknown {
  const { input, streams, cloud } = call;
  const position = parseIterator(input.string("ShardIterator"));
  const stream = call.stream();
  if (stream.id !== position.streamId) throw streamNotFound(stream.name, stream.accountId);
  const now = cloud.now();
  const shard = liveShard(stream, position.shardId, now);
  const expires = now - position.issuedAt > ITERATOR_LIFE_MS;
  if (expires || cloud.faults.draw("expired-iterator", "kinesis", "GetRecords", streamArn(stream))) {
    throw new AwsError(
      "ExpiredIteratorException",
      `Iterator expired. The iterator was created at time ${new Date(position.issuedAt).toISOString()} while right now it is ${new Date(now).toISOString()} which is further in the future than the tolerated delay of ${ITERATOR_LIFE_MS} milliseconds.`,
      400,
    );
  }
  const limit = input.optionalNumber("Limit", 1, GET_RECORDS_MAX) ?? GET_RECORDS_MAX;
  const state = streams.shard(stream, shard.id);
  if (!state.reads.has(1, now)) {
    throw new AwsError(
      "ProvisionedThroughputExceededException",
      `Rate exceeded for shard ${shard.id} in stream ${stream.name} under account ${stream.accountId}.`,
      400,
    );
  }
  state.reads.take(1);

  // A place that is gone is silently the oldest record that is left.
  const from = Math.max(state.log.indexOfCounter(position.counter), state.log.indexOfTime(horizonOf(stream, now) + 1));
  const closed = shard.endCounter !== null && from >= state.log.length;
  const lookedUntil =
    Math.max(position.reached, horizonOf(stream, now), stream.createdAt) + cloud.limits.kinesisMillisecondsPerRead;
  const nextArrival = state.log.arrivalAt(from) ?? now;
  if (lookedUntil < nextArrival && !closed) {
    return {
      Records: [],
      MillisBehindLatest: now - lookedUntil,
      NextShardIterator: formatIterator({ ...position, reached: lookedUntil, issuedAt: now }),
    };
  }
  const records = state.log.read(from, limit, GET_BYTES_MAX);
  // Nothing to decrypt where there is no record.
  if (records.length > 0) useStreamKey(call, stream, "read");
  const next = from + records.length;
  const atEnd = next >= state.log.length;
  const lastRecord = records.at(-1);
  const counter = lastRecord ? lastRecord.counter + 1 : position.counter;
  const readOut = shard.endCounter !== null && atEnd;
  const reached = atEnd ? now : (lastRecord?.arrival ?? now);
  const behind = atEnd ? 0 : Math.max(0, now - (lastRecord?.arrival ?? state.log.arrivalAt(next) ?? now));
  const children = readOut
    ? stream.shards.filter(({ parentId, adjacentParentId }) => parentId === shard.id || adjacentParentId === shard.id)
    : [];
  return {
    Records: records.map((record) => ({
      SequenceNumber: sequenceNumber(record.counter),
      ApproximateArrivalTimestamp: record.arrival / 1000,
      Data: record.data.toString("base64"),
      PartitionKey: record.partitionKey,
    })),
    MillisBehindLatest: behind,
    ...(readOut ? {} : { NextShardIterator: formatIterator({ ...position, counter, reached, issuedAt: now }) }),
    ...(children.length > 0
      ? {
          ChildShards: children.map((child) => ({
            ShardId: child.id,
            ParentShards: [child.parentId, child.adjacentParentId].filter((id) => id !== null),
            HashKeyRange: {
              StartingHashKey: BigInt(`0x${child.start}`).toString(),
              EndingHashKey: BigInt(`0x${child.end}`).toString(),
            },
          })),
        }
      : {}),
  };
}

function typeOf(stream: Stream): string {
  return encryptionOf(stream).EncryptionType;
}

function placeOf(stream: Stream) {
  return { accountId: stream.accountId, region: stream.region, name: stream.name };
}

/** A stream that is still being created is not there for writers. */
function writable(call: KinesisCall): Stream {
  const stream = call.stream();
  if (statusOf(stream, call.cloud.now()) === "CREATING") throw streamNotFound(stream.name, stream.accountId);
  return stream;
}
