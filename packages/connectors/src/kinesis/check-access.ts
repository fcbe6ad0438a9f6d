import {
  DescribeStreamSummaryCommand,
  type DescribeStreamSummaryCommandOutput,
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
import { keyFindings } from "../key-findings.ts";
import { type KinesisStream, type KinesisTarget, nameOfStream, streamArn } from "./permissions.ts";

/** Fits the parameter's pattern but lies above 2^128 - 1: Kinesis checks rights first, then refuses it, and nothing is written. */
const HASH_KEY_OUT_OF_RANGE = "9".repeat(39);
/** More than double of any stream: Kinesis checks rights first, then refuses it, and nothing is resized. */
const SHARDS_OF_NO_STREAM = 1_000_000;

/** Well formed, and in no stream. */
const NO_SHARD = "shardId-999999999999";

/** Reads one record of the stream's first shard, which also shows the key of an encrypted stream; in an empty one KMS is asked. */
export async function checkKinesisRead(
  { streamArn: StreamARN }: KinesisStream,
  access: CloudAccess,
  signal: AbortSignal,
) {
  const kinesis = clientFor(KinesisClient, access);
  const options = { abortSignal: signal };
  const place = { path: "readConnector.streamArn", resource: StreamARN };
  let ShardId: string | undefined;
  let ShardIterator: string | undefined;
  let key: string | undefined;
  let records = 0;
  const findings = await accessFindings(
    [
      {
        ...place,
        action: "kinesis:DescribeStreamSummary",
        call: async () => {
          key = keyOf(await kinesis.send(new DescribeStreamSummaryCommand({ StreamARN }), options));
        },
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
          if (!ShardIterator) return;
          const read = new GetRecordsCommand({ StreamARN, ShardIterator, Limit: 1 });
          records = (await kinesis.send(read, options)).Records?.length ?? 0;
        },
      },
    ],
    signal,
  );
  const isShown = records > 0 || findings.some(({ message }) => message.includes("kms:"));
  return isShown ? findings : [...findings, ...(await keyFindings(key, "read", { path: place.path, access }, signal))];
}

export async function checkKinesisWrite(config: KinesisTarget, access: CloudAccess, signal: AbortSignal) {
  const kinesis = clientFor(KinesisClient, access);
  const StreamName = nameOfStream(config);
  const options = { abortSignal: signal };
  const place = { path: "writeConnector.kinesisStreamName", resource: streamArn(config, access) };
  let key: string | undefined;
  const findings = await accessFindings(
    [
      {
        ...place,
        action: "kinesis:DescribeStreamSummary",
        call: async () => {
          key = keyOf(await kinesis.send(new DescribeStreamSummaryCommand({ StreamName }), options));
        },
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
  return [...findings, ...(await keyFindings(key, "write", { path: place.path, access }, signal))];
}

function keyOf({ StreamDescriptionSummary: stream }: DescribeStreamSummaryCommandOutput): string | undefined {
  return stream?.EncryptionType === "KMS" ? stream.KeyId : undefined;
}
