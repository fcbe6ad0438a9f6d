import { DescribeTableCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import {
  DescribeStreamCommand,
  DynamoDBStreamsClient,
  GetRecordsCommand,
  GetShardIteratorCommand,
} from "@aws-sdk/client-dynamodb-streams";
import { clientFor } from "@letsdata/aws/client-for";
import type { CloudAccess } from "@letsdata/plugin-kit/connector";
import { accessFindings } from "../access-finding.ts";
import { type TableStream, tableArnOf } from "./permissions.ts";

/** Has the form of a shard id and is none: rights are checked first. */
const SHARD_OF_NOTHING = "shardId-00000000000000000000-00000000";

export function checkDynamodbStreamsRead(
  { streamArn: StreamArn }: TableStream,
  access: CloudAccess,
  signal: AbortSignal,
) {
  const streams = clientFor(DynamoDBStreamsClient, access);
  const options = { abortSignal: signal };
  const path = "readConnector.streamArn";
  const place = { path, resource: StreamArn };
  let ShardId = SHARD_OF_NOTHING;
  let ShardIterator: string | undefined;
  return accessFindings(
    [
      {
        ...place,
        action: "dynamodb:DescribeStream",
        call: async () => {
          const answer = await streams.send(new DescribeStreamCommand({ StreamArn, Limit: 1 }), options);
          ShardId = answer.StreamDescription?.Shards?.[0]?.ShardId ?? SHARD_OF_NOTHING;
        },
      },
      {
        ...place,
        action: "dynamodb:GetShardIterator",
        isGranted: (problem) => problem.code === "RESOURCE_NOT_FOUND",
        call: async () => {
          const input = { StreamArn, ShardId, ShardIteratorType: "TRIM_HORIZON" as const };
          ({ ShardIterator } = await streams.send(new GetShardIteratorCommand(input), options));
        },
      },
      {
        ...place,
        action: "dynamodb:GetRecords",
        // Rights are checked before the iterator is looked at.
        isGranted: ({ details }) => details.awsCode === "ExpiredIteratorException",
        // Without an iterator there is nothing to ask; the finding before this one says why.
        call: async () =>
          ShardIterator && (await streams.send(new GetRecordsCommand({ ShardIterator, Limit: 1 }), options)),
      },
      {
        path,
        resource: tableArnOf(StreamArn),
        action: "dynamodb:DescribeTable",
        call: () =>
          clientFor(DynamoDBClient, access).send(
            new DescribeTableCommand({ TableName: tableArnOf(StreamArn).split("/")[1] }),
            options,
          ),
      },
    ],
    signal,
  );
}
