import type { DatasetViewDto } from "@letsdata/api/contract/dataset-dto";

/** Commands that read the output back, ready to run; null where there is nothing of ours to read. */
export function readingCommands(
  dataset: Pick<DatasetViewDto, "datasetName" | "writeConnector" | "customerAccessRoleArn">,
): readonly string[] | null {
  if (dataset.writeConnector.resourceLocation !== "LetsData" || dataset.customerAccessRoleArn === null) return null;
  const of = `--datasetName ${dataset.datasetName}`;
  switch (dataset.writeConnector.type) {
    case "KINESIS":
      return [
        `letsdata read kinesis listShards ${of}`,
        `letsdata read kinesis getShardIterator ${of} --shardId shardId-000000000000`,
        `letsdata read kinesis getRecords ${of} --shardIterator <iterator>`,
      ];
    case "S3":
      return [`letsdata read s3 list ${of}`, `letsdata read s3 get ${of} --key <key>`];
    case "SQS":
      return [`letsdata read sqs ${of}`];
    case "DYNAMODB":
      return [`letsdata read dynamodb ${of}`];
    case "KAFKA":
      return [`letsdata read kafka ${of}`];
    default:
      return null;
  }
}

/** The same access without our tools. */
export function assumeRoleCommand(roleArn: string, externalId: string): string {
  return `aws sts assume-role --role-session-name letsdata-reader \\\n  --role-arn ${roleArn} \\\n  --external-id ${externalId}`;
}
