import {
  GetRecordsCommand,
  GetShardIteratorCommand,
  KinesisClient,
  ListShardsCommand,
  ShardIteratorType,
} from "@aws-sdk/client-kinesis";
import { classifyAwsError } from "@letsdata/aws/classify-error";
import { type Command, Option } from "commander";
import { UsageError } from "../exit-codes.ts";
import { wholeNumber } from "../options.ts";
import { type CliSession, leaf, type Surroundings } from "../session.ts";
import { gunzipIfGzip } from "./gunzip-if-gzip.ts";
import { openTarget, type ReadOptions, type ReadTarget, readOptions, resourceName } from "./read-target.ts";

/** https://docs.aws.amazon.com/kinesis/latest/APIReference/API_GetRecords.html allows 10,000; product.md §11.6 asks 1,000. */
const recordsMax = 1000;

interface StreamOptions extends ReadOptions {
  readonly streamName?: string;
}
interface IteratorOptions extends StreamOptions {
  readonly shardId: string;
  readonly iteratorType: ShardIteratorType;
  readonly sequenceNumber?: string;
}
interface RecordsOptions extends StreamOptions {
  readonly shardIterator?: string;
  readonly shardId?: string;
  readonly limit: number;
}

export function addReadKinesisCommands(kinesis: Command, surroundings: Surroundings): void {
  const stream = (command: Command) => readOptions(command).option("--streamName <name>", "the stream");

  leaf<StreamOptions>(
    kinesis,
    surroundings,
    "listShards",
    "list the shards of the stream",
    stream,
    async (session, options) => {
      const { target, streamName } = await openStream(session, options);
      const shards = await call("kinesis:ListShards", streamName, async () => {
        const found = [];
        let next: string | undefined;
        do {
          const place = next === undefined ? { StreamName: streamName } : { NextToken: next };
          const page = await target.client(KinesisClient).send(new ListShardsCommand(place));
          found.push(...(page.Shards ?? []));
          next = page.NextToken;
        } while (next !== undefined);
        return found;
      });
      const items = shards.map((shard) => ({
        shardId: shard.ShardId ?? "",
        startingSequenceNumber: shard.SequenceNumberRange?.StartingSequenceNumber ?? null,
        endingSequenceNumber: shard.SequenceNumberRange?.EndingSequenceNumber ?? null,
        parentShardId: shard.ParentShardId ?? null,
      }));
      session.printer.list(
        { items },
        {
          shardId: (shard) => shard.shardId,
          start: (shard) => shard.startingSequenceNumber,
          end: (shard) => shard.endingSequenceNumber,
        },
      );
    },
  );

  leaf<IteratorOptions>(
    kinesis,
    surroundings,
    "getShardIterator",
    "a place to read from",
    (command) =>
      stream(command)
        .requiredOption("--shardId <id>", "the shard")
        .addOption(
          new Option("--iteratorType <type>", "where to begin")
            .choices(["TRIM_HORIZON", "LATEST", "AT_SEQUENCE_NUMBER", "AFTER_SEQUENCE_NUMBER"])
            .default("TRIM_HORIZON"),
        )
        .option("--sequenceNumber <number>", "for the last two types"),
    async (session, options) => {
      const { target, streamName } = await openStream(session, options);
      session.printer.value({ shardIterator: await shardIterator(target, streamName, options) });
    },
  );

  leaf<RecordsOptions>(
    kinesis,
    surroundings,
    "getRecords",
    "read records; without an iterator from the shard's beginning",
    (command) =>
      stream(command)
        .option("--shardIterator <iterator>", "from getShardIterator or the nextShardIterator before")
        .option("--shardId <id>", "instead of an iterator")
        .option("--limit <count>", `at most ${recordsMax}`, wholeNumber, recordsMax),
    async (session, options) => {
      if (options.limit < 1 || options.limit > recordsMax) throw new UsageError(`--limit must be 1 to ${recordsMax}.`);
      const { target, streamName } = await openStream(session, options);
      session.printer.value(await readRecords(target, streamName, options));
    },
  );
}

async function openStream(session: CliSession, options: StreamOptions) {
  const target = await openTarget(session, options, "writeConnector");
  const streamName = options.streamName ?? resourceName(target.dataset, "writeConnector", "KINESIS", "--streamName");
  return { target, streamName };
}

async function shardIterator(
  target: ReadTarget,
  streamName: string,
  from: { readonly shardId: string; readonly iteratorType?: ShardIteratorType; readonly sequenceNumber?: string },
): Promise<string> {
  const answer = await call("kinesis:GetShardIterator", streamName, () =>
    target.client(KinesisClient).send(
      new GetShardIteratorCommand({
        StreamName: streamName,
        ShardId: from.shardId,
        ShardIteratorType: from.iteratorType ?? ShardIteratorType.TRIM_HORIZON,
        ...(from.sequenceNumber === undefined ? {} : { StartingSequenceNumber: from.sequenceNumber }),
      }),
    ),
  );
  return answer.ShardIterator ?? "";
}

async function readRecords(target: ReadTarget, streamName: string, options: RecordsOptions) {
  if (options.shardIterator === undefined && options.shardId === undefined) {
    throw new UsageError("Give --shardIterator or --shardId.");
  }
  const iterator =
    options.shardIterator ?? (await shardIterator(target, streamName, { shardId: options.shardId ?? "" }));
  const answer = await call("kinesis:GetRecords", streamName, () =>
    target.client(KinesisClient).send(new GetRecordsCommand({ ShardIterator: iterator, Limit: options.limit })),
  );
  return {
    records: (answer.Records ?? []).map((record) => ({
      sequenceNumber: record.SequenceNumber ?? "",
      partitionKey: record.PartitionKey ?? "",
      approximateArrivalTimestamp: record.ApproximateArrivalTimestamp?.getTime() ?? null,
      data: gunzipIfGzip(record.Data ?? new Uint8Array()).toString("utf8"),
    })),
    nextShardIterator: answer.NextShardIterator ?? null,
    millisBehindLatest: answer.MillisBehindLatest ?? null,
  };
}

async function call<T>(action: string, streamName: string, attempt: () => Promise<T>): Promise<T> {
  try {
    return await attempt();
  } catch (thrown) {
    throw classifyAwsError(thrown, { action, resource: `stream ${streamName}` });
  }
}
