import { gunzipSync } from "node:zlib";
import {
  DescribeStreamSummaryCommand,
  GetRecordsCommand,
  GetShardIteratorCommand,
  type GetShardIteratorCommandInput,
  KinesisClient,
  type _Record as StreamRecord,
} from "@aws-sdk/client-kinesis";
import { awsErrorCode, classifyAwsError } from "@letsdata/aws/classify-error";
import { clientFor } from "@letsdata/aws/client-for";
import type { CloudAccess } from "@letsdata/plugin-kit/connector";
import { Problem } from "@letsdata/plugin-kit/problems";
import type { Reader, RecordSource, SourceRecord } from "@letsdata/plugin-kit/reader";
import type { ShardDefinition } from "../plan-shards.ts";
import { isSequence, openShardReader, type ShardPlace, type ShardRecord, type ShardSource } from "../read-shard.ts";
import type { KinesisStream } from "./permissions.ts";

/** https://docs.aws.amazon.com/kinesis/latest/APIReference/API_GetRecords.html: at most 10,000 records or 10 MiB. */
const PAGE_RECORDS_MAX = 10_000;
/** A shard answers 5 calls a second, to all its readers together. */
const MILLISECONDS_BETWEEN_READS = 220;
const SHORTEST_RETENTION_HOURS = 24;
const HOUR_MS = 3_600_000;
/** A record of 1 MiB that unpacks to more than this is not worth a task's memory. */
const UNPACKED_BYTES_MAX = 64 * 1024 * 1024;

/** Reads one shard of a stream. */
export function openKinesisReader(input: {
  readonly config: KinesisStream;
  readonly definition: ShardDefinition;
  readonly access: CloudAccess;
}): Reader {
  return openShardReader(shardSource(input.config, input.definition.shardId, input.access), input.definition);
}

function shardSource({ streamArn: StreamARN }: KinesisStream, ShardId: string, access: CloudAccess): ShardSource {
  const kinesis = clientFor(KinesisClient, access);
  const name = `${StreamARN} shard ${ShardId}`;
  const source = { type: ShardId, name: StreamARN };
  return {
    name,
    emptyReadsAtTip: null,
    arrivalPrecisionMs: 1,
    millisecondsBetweenReads: MILLISECONDS_BETWEEN_READS,
    async iteratorAt(place, signal) {
      if (isSequence(place)) await refuseTrimmed(place.readUntil, signal);
      try {
        const start = new GetShardIteratorCommand({ StreamARN, ShardId, ...iteratorStart(place) });
        return (await kinesis.send(start, { abortSignal: signal })).ShardIterator ?? "";
      } catch (thrown) {
        signal.throwIfAborted();
        const problem = classifyAwsError(thrown, { action: "kinesis:GetShardIterator", resource: StreamARN });
        const isGone = problem.code === "RESOURCE_NOT_FOUND" || problem.code === "CLOUD_CALL_REFUSED";
        if (isSequence(place) && isGone) throw expired(thrown);
        throw problem;
      }
    },
    async readPage(ShardIterator, signal) {
      try {
        const call = new GetRecordsCommand({ StreamARN, ShardIterator, Limit: PAGE_RECORDS_MAX });
        const answer = await kinesis.send(call, { abortSignal: signal });
        const records = answer.Records ?? [];
        return {
          records: records.map((record) => shardRecord(record, source)),
          nextIterator: answer.NextShardIterator ?? null,
          isAtTip: answer.MillisBehindLatest === 0,
          bytesRead: records.reduce((sum, { Data }) => sum + (Data?.length ?? 0), 0),
        };
      } catch (thrown) {
        signal.throwIfAborted();
        if (awsErrorCode(thrown) === "ExpiredIteratorException") return "iterator expired";
        throw classifyAwsError(thrown, { action: "kinesis:GetRecords", resource: StreamARN });
      }
    },
  };

  /** Kinesis starts silently at its oldest record when a place is trimmed; records between the two would be lost unseen. */
  async function refuseTrimmed(readUntil: number, signal: AbortSignal): Promise<void> {
    const age = Date.now() - readUntil;
    if (age < SHORTEST_RETENTION_HOURS * HOUR_MS) return;
    const summary = await kinesis
      .send(new DescribeStreamSummaryCommand({ StreamARN }), { abortSignal: signal })
      .catch((thrown: unknown) => {
        signal.throwIfAborted();
        throw classifyAwsError(thrown, { action: "kinesis:DescribeStreamSummary", resource: StreamARN });
      });
    const hours = summary.StreamDescriptionSummary?.RetentionPeriodHours ?? SHORTEST_RETENTION_HOURS;
    if (age >= hours * HOUR_MS) throw expired();
  }

  function expired(cause?: unknown): Problem {
    return new Problem("POSITION_EXPIRED", `The stream no longer keeps what follows the checkpoint of ${name}.`, {
      cause,
    });
  }
}

function iteratorStart(place: ShardPlace): Pick<
  GetShardIteratorCommandInput,
  "StartingSequenceNumber" | "Timestamp"
> & {
  ShardIteratorType: GetShardIteratorCommandInput["ShardIteratorType"];
} {
  switch (place.kind) {
    case "oldest":
      return { ShardIteratorType: "TRIM_HORIZON" };
    case "time":
      return { ShardIteratorType: "AT_TIMESTAMP", Timestamp: new Date(place.epochMs) };
    case "at":
      return { ShardIteratorType: "AT_SEQUENCE_NUMBER", StartingSequenceNumber: place.sequenceNumber };
    case "after":
      return { ShardIteratorType: "AFTER_SEQUENCE_NUMBER", StartingSequenceNumber: place.sequenceNumber };
  }
}

function shardRecord(
  { SequenceNumber = "", Data = new Uint8Array(0), PartitionKey = "", ApproximateArrivalTimestamp }: StreamRecord,
  source: RecordSource,
): ShardRecord {
  const arrivedAt = ApproximateArrivalTimestamp?.getTime() ?? 0;
  return {
    sequenceNumber: SequenceNumber,
    arrivedAt,
    get record(): SourceRecord {
      return {
        source,
        start: SequenceNumber,
        end: SequenceNumber,
        attributes: { partitionKey: PartitionKey, approximateArrivalTimestamp: String(arrivedAt) },
        ...unpacked(Data),
      };
    },
  };
}

/** Un-gzipped where it is gzip; as it is where it only looks like it. */
function unpacked(data: Uint8Array): Pick<SourceRecord, "body" | "refused"> {
  if (data[0] !== 0x1f || data[1] !== 0x8b) return { body: data };
  try {
    return { body: gunzipSync(data, { maxOutputLength: UNPACKED_BYTES_MAX }) };
  } catch (thrown) {
    if ((thrown as { readonly code?: unknown }).code !== "ERR_BUFFER_TOO_LARGE") return { body: data };
    const message = `The record unpacks to more than ${UNPACKED_BYTES_MAX / 1024 / 1024} MiB.`;
    return { body: data, refused: { code: "RECORD_TOO_LARGE", message } };
  }
}
