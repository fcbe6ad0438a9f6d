import type { ResourceScope } from "@letsdata/plugin-kit/connector";
import type { Permission } from "@letsdata/plugin-kit/permissions";
import { tableArn } from "../dynamodb-table-arn.ts";

export interface DynamodbTableSource {
  readonly tableName: string;
}

export function dynamodbTableReadPermissions(
  { tableName }: DynamodbTableSource,
  scope: ResourceScope,
): readonly Permission[] {
  const resources = [tableArn(tableName, scope)];
  return [
    { actions: ["dynamodb:DescribeTable"], resources, reason: "Find the table and its keys" },
    { actions: ["dynamodb:Scan", "dynamodb:GetItem"], resources, reason: "Read the table's items" },
  ];
}
