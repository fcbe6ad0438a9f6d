import {
  DescribeStreamSummaryCommand,
  KinesisClient,
  ListShardsCommand,
  PutRecordsCommand,
} from "@aws-sdk/client-kinesis";
import { clientFor } from "@letsdata/aws/client-for";
import type { CloudAccess } from "@letsdata/plugin-kit/connector";
import { accessFindings } from "../access-finding.ts";
import { type KinesisTarget, nameOfStream, streamArn } from "./permissions.ts";

/** Fits the parameter's pattern but lies above 2^128 - 1: Kinesis checks rights first, then refuses it, and nothing is written. */
const HASH_KEY_OUT_OF_RANGE = "9".repeat(39);

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
    ],
    signal,
  );
}
