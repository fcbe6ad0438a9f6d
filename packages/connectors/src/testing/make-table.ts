import {
  type AttributeValue,
  BatchWriteItemCommand,
  CreateTableCommand,
  DeleteTableCommand,
  DescribeTableCommand,
  DynamoDBClient,
  PutItemCommand,
  ScanCommand,
  UpdateTableCommand,
} from "@aws-sdk/client-dynamodb";
import { clientFor } from "@letsdata/aws/client-for";
import type { CloudAccess } from "@letsdata/plugin-kit/connector";
import { expect, vi } from "vitest";

export type Item = Record<string, AttributeValue>;
type KeyType = "S" | "N" | "B";

/** A table of the server under test with its stream on, and what the tests do to it. */
export async function makeTable(
  access: CloudAccess,
  TableName: string,
  keys: Readonly<Record<string, KeyType>> = { documentId: "S" },
) {
  const dynamodb = clientFor(DynamoDBClient, access);
  await dynamodb.send(
    new CreateTableCommand({
      TableName,
      BillingMode: "PAY_PER_REQUEST",
      AttributeDefinitions: Object.entries(keys).map(([AttributeName, AttributeType]) => ({
        AttributeName,
        AttributeType,
      })),
      KeySchema: Object.keys(keys).map((AttributeName, n) => ({ AttributeName, KeyType: n === 0 ? "HASH" : "RANGE" })),
      StreamSpecification: { StreamEnabled: true, StreamViewType: "NEW_AND_OLD_IMAGES" },
    }),
  );
  const streamArn = await vi.waitFor(
    async () => {
      const { Table } = await dynamodb.send(new DescribeTableCommand({ TableName }));
      expect(Table?.TableStatus).toBe("ACTIVE");
      return Table!.LatestStreamArn!;
    },
    { timeout: 20_000, interval: 50 },
  );
  return {
    tableName: TableName,
    streamArn,
    async put(...items: readonly Item[]): Promise<void> {
      for (const Item of items) await dynamodb.send(new PutItemCommand({ TableName, Item }));
    },
    async putMany(items: readonly Item[]): Promise<void> {
      for (let from = 0; from < items.length; from += 25) {
        const requests = items.slice(from, from + 25).map((Item) => ({ PutRequest: { Item } }));
        await dynamodb.send(new BatchWriteItemCommand({ RequestItems: { [TableName]: requests } }));
      }
    },
    /** Its shards close; what they hold stays readable. */
    async switchStreamOff(): Promise<void> {
      const StreamSpecification = { StreamEnabled: false };
      await dynamodb.send(new UpdateTableCommand({ TableName, StreamSpecification }));
    },
    async remove(): Promise<void> {
      await dynamodb.send(new DeleteTableCommand({ TableName }));
    },
    stored: (as: CloudAccess = access): Promise<readonly Item[]> => storedIn(TableName, as),
  };
}

/** Every item of a table. */
export async function storedIn(TableName: string, access: CloudAccess): Promise<readonly Item[]> {
  const items: Item[] = [];
  let ExclusiveStartKey: Item | undefined;
  do {
    const page = await clientFor(DynamoDBClient, access).send(
      new ScanCommand({ TableName, ExclusiveStartKey, ConsistentRead: true }),
    );
    items.push(...(page.Items ?? []));
    ExclusiveStartKey = page.LastEvaluatedKey;
  } while (ExclusiveStartKey);
  return items;
}
