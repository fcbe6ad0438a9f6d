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
import { noteServiceTime, SERVICE_TIME_PRECISION_MS } from "@letsdata/aws/service-time";
import type { CloudAccess, Warn } from "@letsdata/plugin-kit/connector";
import { Problem } from "@letsdata/plugin-kit/problems";
import type { Reader, RecordSource, SourceRecord } from "@letsdata/plugin-kit/reader";
import type { ShardDefinition } from "../plan-shards.ts";
import {
  isSequence,
  openShardReader,
  type SequencePlace,
  type ShardPage,
  type ShardPlace,
  type ShardRecord,
  type ShardSource,
  type ShardStart,
} from "../read-shard.ts";
import { CLOCKS_APART_MS_MAX, type ReaderClock, systemClock } from "../reader-clock.ts";
import type { KinesisStream } from "./permissions.ts";
import { listShards } from "./plan-stream-shards.ts";

/** https://docs.aws.amazon.com/kinesis/latest/APIReference/API_GetRecords.html: at most 10,000 records or 10 MiB. */
const PAGE_RECORDS_MAX = 10_000;
/** A shard answers 5 calls a second, to all its readers together. */
const MILLISECONDS_BETWEEN_READS = 220;
const SHORTEST_RETENTION_HOURS = 24;
const HOUR_MS = 3_600_000;
/** A record of 1 MiB that unpacks to more than this is not worth a task's memory. */
const UNPACKED_BYTES_MAX = 64 * 1024 * 1024;

/** Reads one shard of a stream. */
export function openKinesisReader(
  input: {
    readonly config: KinesisStream;
    readonly definition: ShardDefinition;
    readonly access: CloudAccess;
    readonly warn?: Warn | undefined;
  },
  clock = systemClock,
): Reader {
  const { config, definition, access, warn } = input;
  return openShardReader(shardSource(config, definition.shardId, access, clock), definition, { clock, warn });
}

function shardSource(
  { streamArn: StreamARN }: KinesisStream,
  ShardId: string,
  access: CloudAccess,
  clock: ReaderClock,
): ShardSource {
  const kinesis = clientFor(KinesisClient, access);
  const name = `${StreamARN} shard ${ShardId}`;
  const trimmed = `The stream no longer keeps what follows the checkpoint of ${name}.`;
  const source = { type: ShardId, name: StreamARN };
  return {
    arn: StreamARN,
    name,
    silentTip: null,
    arrivalPrecisionMs: 1,
    millisecondsBetweenReads: MILLISECONDS_BETWEEN_READS,
    async iteratorAt(place, signal) {
      try {
        if (isSequence(place) && (await isTrimmed(place, signal))) throw expired(trimmed);
        return await startIterator(place, signal);
      } catch (thrown) {
        signal.throwIfAborted();
        const problem = classifyAwsError(thrown, { action: "kinesis:GetShardIterator", resource: StreamARN });
        if (await isGone(problem, signal)) {
          if (!isSequence(place)) return null;
          throw expired(`${name} is no longer there: nothing of it is left to read.`, thrown);
        }
        if (isSequence(place) && problem.code === "CLOUD_CALL_REFUSED") throw expired(trimmed, thrown);
        throw problem;
      }
    },
    readPage: (iterator, signal) => readPage(iterator, PAGE_RECORDS_MAX, signal),
  };

  async function readPage(
    ShardIterator: string,
    Limit: number,
    signal: AbortSignal,
  ): Promise<ShardPage | "iterator expired"> {
    try {
      const call = new GetRecordsCommand({ StreamARN, ShardIterator, Limit });
      const answer = await kinesis.send(call, { abortSignal: signal });
      const records = answer.Records ?? [];
      return {
        records: records.map((record) => shardRecord(record, source)),
        nextIterator: answer.NextShardIterator ?? null,
        millisBehindTip: answer.MillisBehindLatest ?? null,
        bytesRead: records.reduce((sum, { Data }) => sum + (Data?.length ?? 0), 0),
      };
    } catch (thrown) {
      signal.throwIfAborted();
      if (awsErrorCode(thrown) === "ExpiredIteratorException") return "iterator expired";
      const problem = classifyAwsError(thrown, { action: "kinesis:GetRecords", resource: StreamARN });
      if (await isGone(problem, signal)) return "iterator expired";
      throw problem;
    }
  }

  async function startIterator(place: ShardPlace, signal: AbortSignal): Promise<ShardStart> {
    const ask = async (start: IteratorStart) => {
      const call = new GetShardIteratorCommand({ StreamARN, ShardId, ...start });
      const time = noteServiceTime(call);
      const { ShardIterator: iterator = "" } = await kinesis.send(call, { abortSignal: signal });
      return { iterator, answeredAt: time() + SERVICE_TIME_PRECISION_MS - 1 };
    };
    try {
      return await ask(iteratorStart(place));
    } catch (thrown) {
      signal.throwIfAborted();
      if (place.kind !== "time" || awsErrorCode(thrown) !== "InvalidArgumentException") throw thrown;
      // Kinesis refuses a time that its clock has not reached yet. From a little before, what is older than the start is left out.
      return ask(iteratorStart({ kind: "time", epochMs: Math.min(place.epochMs, clock.now()) - CLOCKS_APART_MS_MAX }));
    }
  }

  /** Kinesis starts silently at its oldest record when a place is trimmed; records between the two would be lost unseen. */
  async function isTrimmed(place: SequencePlace, signal: AbortSignal): Promise<boolean> {
    const age = clock.now() - place.readUntil;
    if (age < SHORTEST_RETENTION_HOURS * HOUR_MS) return false;
    const summary = await kinesis
      .send(new DescribeStreamSummaryCommand({ StreamARN }), { abortSignal: signal })
      .catch((thrown: unknown) => {
        signal.throwIfAborted();
        throw classifyAwsError(thrown, { action: "kinesis:DescribeStreamSummary", resource: StreamARN });
      });
    const hours = summary.StreamDescriptionSummary?.RetentionPeriodHours ?? SHORTEST_RETENTION_HOURS;
    if (age < hours * HOUR_MS) return false;
    // The oldest go first, and not on the minute: while this record is there, so is all that follows it.
    let iterator: string | null = null;
    for (;;) {
      iterator ??= (await startIterator({ ...place, kind: "at" }, signal)).iterator;
      const page = await readPage(iterator, 1, signal);
      iterator = page === "iterator expired" ? null : page.nextIterator;
      if (page === "iterator expired") continue;
      const [record] = page.records;
      if (record) return record.sequenceNumber !== place.sequenceNumber;
      // An empty page proves nothing before the tip.
      if (iterator === null || page.millisBehindTip === 0) return true;
      await clock.sleep(MILLISECONDS_BETWEEN_READS, signal);
    }
  }

  /** Whether it is the shard that is not there any more, and not its stream. */
  async function isGone(problem: Problem, signal: AbortSignal): Promise<boolean> {
    if (problem.code !== "RESOURCE_NOT_FOUND") return false;
    const { shards } = await listShards({ streamArn: StreamARN }, access, signal);
    return shards.every(({ shardId }) => shardId !== ShardId);
  }
}

function expired(message: string, cause?: unknown): Problem {
  return new Problem("POSITION_EXPIRED", message, { cause });
}

type IteratorStart = Pick<GetShardIteratorCommandInput, "StartingSequenceNumber" | "Timestamp" | "ShardIteratorType">;

function iteratorStart(place: ShardPlace): IteratorStart {
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
