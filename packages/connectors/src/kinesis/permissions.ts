import type { ResourceScope } from "@letsdata/plugin-kit/connector";
import type { Permission } from "@letsdata/plugin-kit/permissions";
import { Problem } from "@letsdata/plugin-kit/problems";

export interface KinesisTarget {
  readonly resourceLocation: string;
  readonly kinesisStreamName?: string | undefined;
  readonly kinesisShardCount?: number | undefined;
}

const DESCRIBE_ACTIONS = ["kinesis:DescribeStreamSummary", "kinesis:ListShards"];
const READ_ACTIONS = ["kinesis:GetShardIterator", "kinesis:GetRecords"];

export function kinesisWritePermissions(config: KinesisTarget, scope: ResourceScope): readonly Permission[] {
  const resources = [streamArn(config, scope)];
  return [
    { actions: DESCRIBE_ACTIONS, resources, reason: "Find the stream and its shards" },
    { actions: ["kinesis:PutRecords"], resources, reason: "Write documents to the stream" },
    ...(config.kinesisShardCount === undefined
      ? []
      : [
          {
            actions: ["kinesis:UpdateShardCount"],
            resources,
            reason: "Resize the stream to the given number of shards",
          },
        ]),
  ];
}

export interface KinesisStream {
  readonly streamArn: string;
}

export function kinesisReadPermissions({ streamArn }: KinesisStream): readonly Permission[] {
  const resources = [streamArn];
  return [
    { actions: DESCRIBE_ACTIONS, resources, reason: "Find the stream and its shards" },
    { actions: READ_ACTIONS, resources, reason: "Read the stream's records" },
  ];
}

/** What a reader of the stream needs (product.md §11.5). */
export function kinesisTargetReadPermissions(config: KinesisTarget, scope: ResourceScope): readonly Permission[] {
  return [
    {
      actions: [...DESCRIBE_ACTIONS, ...READ_ACTIONS],
      resources: [streamArn(config, scope)],
      reason: "Read the stream the dataset writes",
    },
  ];
}

export function streamArn(config: KinesisTarget, { region, accountId }: ResourceScope): string {
  return `arn:aws:kinesis:${region}:${accountId}:stream/${nameOfStream(config)}`;
}

export function nameOfStream({ kinesisStreamName }: KinesisTarget): string {
  if (kinesisStreamName) return kinesisStreamName;
  throw new Problem("CONFIG_INVALID", "The stream has no name yet.", { path: "writeConnector.kinesisStreamName" });
}
