import type { ItemStore } from "./item-store.ts";
import type { StreamStore } from "./stream-store.ts";
import { keyAttributes, statusOf, type Table, tableArn } from "./table.ts";

export function describeTable(
  table: Table,
  stores: { readonly items: ItemStore; readonly streams: StreamStore },
  now: number,
  status: string = statusOf(table, now),
) {
  const stream = table.latestStreamArn === null ? null : stores.streams.find(table.latestStreamArn);
  const counted = stores.items.count(table);
  const onDemand = table.billingMode === "PAY_PER_REQUEST";
  return {
    TableName: table.name,
    TableArn: tableArn(table),
    TableId: table.id,
    TableStatus: status,
    CreationDateTime: table.createdAt / 1000,
    AttributeDefinitions: keyAttributes(table).map(({ name, type }) => ({ AttributeName: name, AttributeType: type })),
    KeySchema: keyAttributes(table).map(({ name }, index) => ({
      AttributeName: name,
      KeyType: index === 0 ? "HASH" : "RANGE",
    })),
    ItemCount: counted.items,
    TableSizeBytes: counted.bytes,
    ProvisionedThroughput: {
      NumberOfDecreasesToday: 0,
      ReadCapacityUnits: table.readUnits,
      WriteCapacityUnits: table.writeUnits,
    },
    ...(onDemand ? { BillingModeSummary: { BillingMode: "PAY_PER_REQUEST" } } : {}),
    ...(table.keyArn ? { SSEDescription: { Status: "ENABLED", SSEType: "KMS", KMSMasterKeyArn: table.keyArn } } : {}),
    DeletionProtectionEnabled: table.deletionProtected,
    ...(stream ? { LatestStreamArn: stream.arn, LatestStreamLabel: stream.label } : {}),
    ...(stream && stream.disabledAt === null
      ? { StreamSpecification: { StreamEnabled: true, StreamViewType: stream.viewType } }
      : {}),
  };
}
