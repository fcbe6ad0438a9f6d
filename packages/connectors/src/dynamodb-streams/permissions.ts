import type { Permission } from "@letsdata/plugin-kit/permissions";

export interface TableStream {
  readonly streamArn: string;
}

export function dynamodbStreamsReadPermissions({ streamArn }: TableStream): readonly Permission[] {
  return [
    {
      actions: ["dynamodb:DescribeStream", "dynamodb:GetShardIterator", "dynamodb:GetRecords"],
      resources: [streamArn],
      reason: "Read the table's changes",
    },
    { actions: ["dynamodb:DescribeTable"], resources: [tableArnOf(streamArn)], reason: "Find the stream's table" },
  ];
}

/** `arn:aws:dynamodb:R:A:table/<name>/stream/<label>` → `arn:aws:dynamodb:R:A:table/<name>` */
export function tableArnOf(streamArn: string): string {
  return streamArn.replace(/\/stream\/.*$/, "");
}
