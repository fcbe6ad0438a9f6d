import { DynamoDBClient, GetItemCommand, ScanCommand } from "@aws-sdk/client-dynamodb";
import { clientFor } from "@letsdata/aws/client-for";
import type { CloudAccess } from "@letsdata/plugin-kit/connector";
import { accessFindings } from "../access-finding.ts";
import { tableArn } from "../dynamodb-table-arn.ts";
import { describeTable } from "../dynamodb-table-schema.ts";
import type { DynamodbTableSource } from "./permissions.ts";

/** No table's key: DynamoDB checks rights first, then refuses it. */
const KEY_OF_NOTHING = { "letsdata-access-check": { S: "probe" } };

export function checkDynamodbTableRead(
  { tableName: TableName }: DynamodbTableSource,
  access: CloudAccess,
  signal: AbortSignal,
) {
  const dynamodb = clientFor(DynamoDBClient, access);
  const options = { abortSignal: signal };
  const place = { path: "readConnector.tableName", resource: tableArn(TableName, access) };
  return accessFindings(
    [
      { ...place, action: "dynamodb:DescribeTable", call: () => describeTable(TableName, access, signal) },
      {
        ...place,
        action: "dynamodb:Scan",
        call: () => dynamodb.send(new ScanCommand({ TableName, Limit: 1 }), options),
      },
      {
        ...place,
        action: "dynamodb:GetItem",
        isGranted: (problem) => problem.code === "CLOUD_CALL_REFUSED",
        call: () => dynamodb.send(new GetItemCommand({ TableName, Key: KEY_OF_NOTHING }), options),
      },
    ],
    signal,
  );
}
