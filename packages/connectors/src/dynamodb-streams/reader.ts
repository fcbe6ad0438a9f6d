import {
  DynamoDBStreamsClient,
  GetRecordsCommand,
  GetShardIteratorCommand,
  type _Record as StreamRecord,
} from "@aws-sdk/client-dynamodb-streams";
import { awsErrorCode, classifyAwsError } from "@letsdata/aws/classify-error";
import { clientFor } from "@letsdata/aws/client-for";
import { noteServiceTime, SERVICE_TIME_PRECISION_MS } from "@letsdata/aws/service-time";
import type { CloudAccess, Warn } from "@letsdata/plugin-kit/connector";
import { Problem } from "@letsdata/plugin-kit/problems";
import type { Reader } from "@letsdata/plugin-kit/reader";
import { type Attributes, plainJson } from "../dynamodb-plain-json.ts";
import type { ShardDefinition } from "../plan-shards.ts";
import { isSequence, openShardReader, type ShardRecord, type ShardSource } from "../read-shard.ts";
import type { ReaderClock } from "../reader-clock.ts";
import type { TableStream } from "./permissions.ts";
import { listShards } from "./plan-stream-shards.ts";

/** DynamoDB says the second in which a change was recorded. */
const ARRIVAL_PRECISION_MS = 1_000;
/** AWS does not say how many empty pages may lie between two records of a shard. */
const EMPTY_READS_ON_THE_WAY = 100;
/** No answer says that a shard is read to its tip; an open one that stays silent is (product.md §5). */
const EMPTY_READS_AT_TIP = 10;

/** Reads one shard of a table's stream. */
export function openStreamShardReader(
  input: {
    readonly config: TableStream;
    readonly definition: ShardDefinition;
    readonly access: CloudAccess;
    readonly warn?: Warn | undefined;
  },
  clock?: ReaderClock,
): Reader {
  const { config, definition, access, warn } = input;
  return openShardReader(shardSource(config, definition.shardId, access), definition, {
    ...(clock ? { clock } : {}),
    warn,
  });
}

function shardSource({ streamArn: StreamArn }: TableStream, ShardId: string, access: CloudAccess): ShardSource {
  const streams = clientFor(DynamoDBStreamsClient, access);
  const name = `${StreamArn} shard ${ShardId}`;
  const source = { type: ShardId, name: StreamArn };
  return {
    arn: StreamArn,
    name,
    silentTip: { emptyReadsOnTheWay: EMPTY_READS_ON_THE_WAY, emptyReadsAtTip: EMPTY_READS_AT_TIP, isClosed },
    arrivalPrecisionMs: ARRIVAL_PRECISION_MS,
    millisecondsBetweenReads: 0,
    async iteratorAt(place, signal) {
      const start = isSequence(place)
        ? {
            ShardIteratorType:
              place.kind === "at" ? ("AT_SEQUENCE_NUMBER" as const) : ("AFTER_SEQUENCE_NUMBER" as const),
            SequenceNumber: place.sequenceNumber,
          }
        : { ShardIteratorType: "TRIM_HORIZON" as const };
      try {
        const input = new GetShardIteratorCommand({ StreamArn, ShardId, ...start });
        const time = noteServiceTime(input);
        const { ShardIterator: iterator = "" } = await streams.send(input, { abortSignal: signal });
        return { iterator, answeredAt: time() + SERVICE_TIME_PRECISION_MS - 1 };
      } catch (thrown) {
        signal.throwIfAborted();
        const problem = classifyAwsError(thrown, { action: "dynamodb:GetShardIterator", resource: StreamArn });
        if (!(await isGone(problem, signal))) throw problem;
        if (!isSequence(place)) return null;
        throw new Problem("POSITION_EXPIRED", `${name} is no longer there; DynamoDB keeps changes for 24 hours.`, {
          cause: thrown,
        });
      }
    },
    async readPage(ShardIterator, signal) {
      try {
        const answer = await streams.send(new GetRecordsCommand({ ShardIterator }), { abortSignal: signal });
        const records = (answer.Records ?? []).map((record) => shardRecord(record, source));
        const bytesRead = records.reduce((sum, { record }) => sum + record.body.length, 0);
        return { records, nextIterator: answer.NextShardIterator ?? null, millisBehindTip: null, bytesRead };
      } catch (thrown) {
        signal.throwIfAborted();
        if (awsErrorCode(thrown) === "ExpiredIteratorException") return "iterator expired";
        const problem = classifyAwsError(thrown, { action: "dynamodb:GetRecords", resource: StreamArn });
        if (await isGone(problem, signal)) return "iterator expired";
        throw problem;
      }
    },
  };

  /** A shard that is closed has children, as long as its stream lives; of one that is gone the next read tells. */
  async function isClosed(signal: AbortSignal): Promise<boolean> {
    try {
      const { shards, isLive } = await listShards({ streamArn: StreamArn }, access, signal, ShardId);
      return !isLive || shards.some(({ parentIds }) => parentIds.includes(ShardId));
    } catch (thrown) {
      if (thrown instanceof Problem && thrown.code === "RESOURCE_NOT_FOUND") return true;
      throw thrown;
    }
  }

  /** Whether it is the shard that is not there any more, and not its stream. */
  async function isGone(problem: Problem, signal: AbortSignal): Promise<boolean> {
    if (problem.code !== "RESOURCE_NOT_FOUND") return false;
    const { shards } = await listShards({ streamArn: StreamArn }, access, signal);
    return shards.every(({ shardId }) => shardId !== ShardId);
  }
}

function shardRecord(
  { eventID, eventName, userIdentity, dynamodb: change = {} }: StreamRecord,
  source: ShardRecord["record"]["source"],
): ShardRecord {
  const { SequenceNumber = "", ApproximateCreationDateTime: created = new Date(0) } = change;
  const part = (attributes: Attributes | undefined) => plainJson(attributes ?? {});
  const body = `{"keys":${part(change.Keys)},"oldImage":${part(change.OldImage)},"newImage":${part(change.NewImage)}}`;
  return {
    sequenceNumber: SequenceNumber,
    arrivedAt: created.getTime(),
    record: {
      source,
      start: SequenceNumber,
      end: SequenceNumber,
      body: Buffer.from(body),
      attributes: {
        eventId: eventID ?? "",
        eventName: eventName ?? "",
        sizeBytes: String(change.SizeBytes ?? 0),
        streamViewType: change.StreamViewType ?? "",
        approximateCreationDateTime: String(Math.floor(created.getTime() / 1_000)),
        ...(userIdentity?.PrincipalId === undefined ? {} : { identityPrincipalId: userIdentity.PrincipalId }),
        ...(userIdentity?.Type === undefined ? {} : { identityType: userIdentity.Type }),
      },
    },
  };
}
