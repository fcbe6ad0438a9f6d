import type { ResourceScope } from "@letsdata/plugin-kit/connector";
import type { Permission } from "@letsdata/plugin-kit/permissions";
import { Problem } from "@letsdata/plugin-kit/problems";
import { tableArn } from "../dynamodb-table-arn.ts";
import type { DynamodbWriteConfig } from "./config.ts";

/** The parts of the configuration that runtimes look at, wherever the table lives. */
export type DynamodbTarget = Pick<DynamodbWriteConfig, "resourceLocation" | "tableName" | "partitionKeyAttributeName"> &
  Partial<
    Pick<DynamodbWriteConfig, "sortKeyAttributeName" | "billingMode" | "readCapacityUnits" | "writeCapacityUnits">
  >;

export function dynamodbWritePermissions(config: DynamodbTarget, scope: ResourceScope): readonly Permission[] {
  const resources = [tableArn(nameOfTable(config), scope)];
  return [
    { actions: ["dynamodb:DescribeTable"], resources, reason: "Find the table and its keys" },
    { actions: ["dynamodb:BatchWriteItem", "dynamodb:PutItem"], resources, reason: "Write documents to the table" },
  ];
}

/** What a reader of the table and of its stream needs (product.md §11.5). */
export function dynamodbTargetReadPermissions(config: DynamodbTarget, scope: ResourceScope): readonly Permission[] {
  const table = tableArn(nameOfTable(config), scope);
  return [
    {
      actions: [
        "dynamodb:DescribeTable",
        "dynamodb:Scan",
        "dynamodb:GetItem",
        "dynamodb:BatchGetItem",
        "dynamodb:Query",
      ],
      resources: [table],
      reason: "Read the table the dataset writes",
    },
    {
      actions: ["dynamodb:DescribeStream", "dynamodb:GetShardIterator", "dynamodb:GetRecords"],
      resources: [`${table}/stream/*`],
      reason: "Read the changes of the table the dataset writes",
    },
  ];
}

export function nameOfTable({ tableName }: Pick<DynamodbTarget, "tableName">): string {
  if (tableName) return tableName;
  throw new Problem("CONFIG_INVALID", "The table has no name yet.", { path: "writeConnector.tableName" });
}
