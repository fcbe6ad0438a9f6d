import {
  DescribeStreamSummaryCommand,
  GetRecordsCommand,
  GetShardIteratorCommand,
  KinesisClient,
  ListShardsCommand,
  PutRecordsCommand,
  UpdateShardCountCommand,
} from "@aws-sdk/client-kinesis";
import { clientFor } from "@letsdata/aws/client-for";
import type { CloudAccess } from "@letsdata/plugin-kit/connector";
import type { Problem } from "@letsdata/plugin-kit/problems";
import { accessFindings } from "../access-finding.ts";
import { type KinesisStream, type KinesisTarget, nameOfStream, streamArn } from "./permissions.ts";

/** Fits the parameter's pattern but lies above 2^128 - 1: Kinesis checks rights first, then refuses it, and nothing is written. */
const HASH_KEY_OUT_OF_RANGE = "9".repeat(39);
/** More than double of any stream: Kinesis checks rights first, then refuses it, and nothing is resized. */
const SHARDS_OF_NO_STREAM = 1_000_000;

/** Well formed, and in no stream. */
const NO_SHARD = "shardId-999999999999";

/** Reads one record of the stream's first shard. */
export function checkKinesisRead({ streamArn: StreamARN }: KinesisStream, access: CloudAccess, signal: AbortSignal) {
  const kinesis = clientFor(KinesisClient, access);
  const options = { abortSignal: signal };
  const place = { path: "readConnector.streamArn", resource: StreamARN };
  let ShardId: string | undefined;
  let ShardIterator: string | undefined;
  return accessFindings(
    [
      {
        ...place,
        action: "kinesis:DescribeStreamSummary",
        call: () => kinesis.send(new DescribeStreamSummaryCommand({ StreamARN }), options),
      },
      {
        ...place,
        action: "kinesis:ListShards",
        call: async () => {
          ShardId = (await kinesis.send(new ListShardsCommand({ StreamARN, MaxResults: 1 }), options)).Shards?.[0]
            ?.ShardId;
        },
      },
      {
        ...place,
        action: "kinesis:GetShardIterator",
        // Rights are checked before the shard is looked for.
        isGranted: (problem) => problem.code === "RESOURCE_NOT_FOUND" && ShardId === undefined,
        call: async () => {
          const first = { StreamARN, ShardId: ShardId ?? NO_SHARD, ShardIteratorType: "TRIM_HORIZON" } as const;
          ({ ShardIterator } = await kinesis.send(new GetShardIteratorCommand(first), options));
        },
      },
      {
        ...place,
        action: "kinesis:GetRecords",
        // Rights are checked before the iterator is looked at.
        isGranted: ({ details }) => details.awsCode === "ExpiredIteratorException",
        call: async () => {
          // Without an iterator there is nothing to ask; what kept it back is a finding already.
          if (ShardIterator) await kinesis.send(new GetRecordsCommand({ StreamARN, ShardIterator, Limit: 1 }), options);
        },
      },
    ],
    signal,
  );
}

export function checkKinesisWrite(config: KinesisTarget, access: CloudAccess, signal: AbortSignal) {
  const kinesis = clientFor(KinesisClient, access);
  const StreamName = nameOfStream(config);
  const options = { abortSignal: signal };
  const place = { path: "writeConnector.kinesisStreamName", resource: streamArn(config, access) };
  return accessFindings(
    [
      {
        ...place,
        action: "kinesis:DescribeStreamSummary",
        call: () => kinesis.send(new DescribeStreamSummaryCommand({ StreamName }), options),
      },
      {
        ...place,
        action: "kinesis:ListShards",
        call: () => kinesis.send(new ListShardsCommand({ StreamName, MaxResults: 1 }), options),
      },
      {
        ...place,
        action: "kinesis:PutRecords",
        isGranted: (problem) => problem.code === "CLOUD_CALL_REFUSED",
        call: () =>
          kinesis.send(
            new PutRecordsCommand({
              StreamName,
              Records: [{ Data: Buffer.alloc(1), PartitionKey: "probe", ExplicitHashKey: HASH_KEY_OUT_OF_RANGE }],
            }),
            options,
          ),
      },
      ...(config.kinesisShardCount === undefined
        ? []
        : [
            {
              ...place,
              action: "kinesis:UpdateShardCount",
              // A stream that is being resized just now refuses before it looks at the number.
              isGranted: ({ code, details }: Problem) =>
                code === "CLOUD_CALL_REFUSED" ||
                ["LimitExceededException", "ResourceInUseException"].includes(String(details.awsCode)),
              call: () =>
                kinesis.send(
                  new UpdateShardCountCommand({
                    StreamName,
                    TargetShardCount: SHARDS_OF_NO_STREAM,
                    ScalingType: "UNIFORM_SCALING",
                  }),
                  options,
                ),
            },
          ]),
    ],
    signal,
  );
}
