import { DescribeTableCommand, DynamoDBClient, type TableDescription } from "@aws-sdk/client-dynamodb";
import { classifyAwsError } from "@letsdata/aws/classify-error";
import { clientFor } from "@letsdata/aws/client-for";
import type { CloudAccess } from "@letsdata/plugin-kit/connector";
import { tableArn } from "./dynamodb-table-arn.ts";

export type KeyType = "S" | "N" | "B";
export interface KeyAttribute {
  readonly name: string;
  readonly type: KeyType;
}

/** Partition key first, then the sort key if there is one. */
export function keyAttributes(table: TableDescription): readonly KeyAttribute[] {
  const types = new Map(table.AttributeDefinitions?.map((one) => [one.AttributeName, one.AttributeType]));
  const keys = [...(table.KeySchema ?? [])].sort((a) => (a.KeyType === "HASH" ? -1 : 1));
  return keys.map(({ AttributeName: name = "" }) => ({ name, type: (types.get(name) ?? "S") as KeyType }));
}

/** One try: throws RESOURCE_NOT_FOUND, or a Problem worth repeating. */
export async function describeTable(
  tableName: string,
  access: CloudAccess,
  signal?: AbortSignal,
): Promise<TableDescription> {
  try {
    const answer = await clientFor(DynamoDBClient, access).send(new DescribeTableCommand({ TableName: tableName }), {
      ...(signal ? { abortSignal: signal } : {}),
    });
    return answer.Table ?? {};
  } catch (thrown) {
    signal?.throwIfAborted();
    throw classifyAwsError(thrown, { action: "dynamodb:DescribeTable", resource: tableArn(tableName, access) });
  }
}
