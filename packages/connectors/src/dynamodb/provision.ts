import { setTimeout as delay } from "node:timers/promises";
import {
  CreateTableCommand,
  DeleteTableCommand,
  DynamoDBClient,
  type TableDescription,
  UpdateTableCommand,
} from "@aws-sdk/client-dynamodb";
import { classifyAwsError, quotaProblem } from "@letsdata/aws/classify-error";
import { clientFor } from "@letsdata/aws/client-for";
import { withRetry } from "@letsdata/aws/with-retry";
import type { CloudAccess, ProvisionedResource } from "@letsdata/plugin-kit/connector";
import { Problem } from "@letsdata/plugin-kit/problems";
import { tableArn } from "../dynamodb-table-arn.ts";
import { describeTable, type KeyAttribute, keyAttributes } from "../dynamodb-table-schema.ts";
import { lookOf, RemovalWatch } from "../removal-watch.ts";
import { type DynamodbTarget, nameOfTable } from "./permissions.ts";

const POLL_MS = 250;
const POLL_SLOWEST_MS = 5_000;
const STEPS_MAX = 400;
const QUOTA = "the quota of tables, or of their capacity (Amazon DynamoDB)";
const streamOn = { StreamEnabled: true, StreamViewType: "NEW_AND_OLD_IMAGES" } as const;

/**
 * Makes LetsData's table with its stream on, or brings it to the configured capacity; waits until it is ACTIVE. Each step
 * looks first, so that it can be repeated after a crash at any point. Throws RESOURCE_NOT_FOUND where it is removed meanwhile, and
 * CLOUD_CALL_REFUSED where the account's quota is used up. The stream is a resource too: other datasets read it.
 */
export async function provisionTable(
  config: DynamodbTarget,
  access: CloudAccess,
  signal: AbortSignal,
): Promise<readonly ProvisionedResource[]> {
  if (config.resourceLocation !== "LetsData") return [];
  const TableName = nameOfTable(config);
  const dynamodb = clientFor(DynamoDBClient, access);
  const resource = tableArn(TableName, access);
  const change = async (action: string, send: () => Promise<unknown>): Promise<void> => {
    try {
      await withRetry(() => send().catch(unlessInUse), { call: { action: `dynamodb:${action}`, resource }, signal });
    } catch (thrown) {
      throw quotaProblem(thrown, QUOTA);
    }
  };
  let pollMs = POLL_MS;
  const removal = new RemovalWatch();
  for (let steps = 0; steps < STEPS_MAX; steps++) {
    const found = await withRetry(() => describeTable(TableName, access, signal), { signal }).catch(nullIfMissing);
    const meaning = removal.see(lookOf(found?.TableStatus), performance.now());
    // One that is being removed when this begins is waited for; one that goes meanwhile is somebody's wish.
    if (meaning === "removed") {
      throw new Problem("RESOURCE_NOT_FOUND", `${resource} was removed while it was being made.`);
    }
    if (meaning === "make") {
      const input = { TableName, ...schemaOf(config), ...capacityOf(config), StreamSpecification: streamOn };
      const Tags = [{ Key: "letsdata:datasetName", Value: access.datasetName }];
      await change("CreateTable", () =>
        dynamodb.send(new CreateTableCommand({ ...input, Tags }), { abortSignal: signal }),
      );
    } else if (found?.TableStatus === "ACTIVE") {
      const { LatestStreamArn: streamArn, StreamSpecification } = found;
      const isStreamOn = StreamSpecification?.StreamEnabled === true && streamArn !== undefined;
      if (isStreamOn && hasCapacity(found, config)) {
        const { region } = access;
        return [
          { kind: "dynamodb-table", name: TableName, arn: resource, region },
          { kind: "dynamodb-stream", name: streamArn, arn: streamArn, region },
        ];
      }
      const wanted = isStreamOn ? capacityOf(config) : { StreamSpecification: streamOn };
      await change("UpdateTable", () =>
        dynamodb.send(new UpdateTableCommand({ TableName, ...wanted }), { abortSignal: signal }),
      );
    }
    await delay(pollMs, undefined, { signal });
    pollMs = Math.min(pollMs * 1.5, POLL_SLOWEST_MS);
  }
  throw new Problem("CLOUD_UNAVAILABLE", `${resource} does not become ACTIVE.`);
}

/** Removes LetsData's table and waits for nothing; one that is gone already is fine. */
export async function removeTable(config: DynamodbTarget, access: CloudAccess, signal: AbortSignal): Promise<void> {
  if (config.resourceLocation !== "LetsData" || !config.tableName) return;
  const { tableName: TableName } = config;
  await withRetry(
    async () => {
      try {
        await clientFor(DynamoDBClient, access).send(new DeleteTableCommand({ TableName }), { abortSignal: signal });
      } catch (thrown) {
        if (classifyAwsError(thrown).code !== "RESOURCE_NOT_FOUND") throw thrown;
      }
    },
    { call: { action: "dynamodb:DeleteTable", resource: tableArn(TableName, access) }, signal },
  );
}

/** The keys that a table of ours gets. */
export function keysToMake(config: DynamodbTarget): readonly KeyAttribute[] {
  return keyAttributes({ ...schemaOf(config) });
}

/** Keys of a table of ours are text. */
function schemaOf({ partitionKeyAttributeName, sortKeyAttributeName }: DynamodbTarget) {
  const names = [partitionKeyAttributeName, ...(sortKeyAttributeName === undefined ? [] : [sortKeyAttributeName])];
  return {
    AttributeDefinitions: names.map((AttributeName) => ({ AttributeName, AttributeType: "S" as const })),
    KeySchema: names.map((AttributeName, index) => ({
      AttributeName,
      KeyType: index === 0 ? ("HASH" as const) : ("RANGE" as const),
    })),
  };
}

function capacityOf({ billingMode, readCapacityUnits, writeCapacityUnits }: DynamodbTarget) {
  if (billingMode !== "PROVISIONED") return { BillingMode: "PAY_PER_REQUEST" as const };
  return {
    BillingMode: billingMode,
    ProvisionedThroughput: { ReadCapacityUnits: readCapacityUnits, WriteCapacityUnits: writeCapacityUnits },
  };
}

function hasCapacity({ BillingModeSummary, ProvisionedThroughput: now }: TableDescription, config: DynamodbTarget) {
  const mode = BillingModeSummary?.BillingMode ?? "PROVISIONED";
  if (config.billingMode !== "PROVISIONED") return mode === "PAY_PER_REQUEST";
  return (
    mode === "PROVISIONED" &&
    now?.ReadCapacityUnits === config.readCapacityUnits &&
    now?.WriteCapacityUnits === config.writeCapacityUnits
  );
}

function nullIfMissing(thrown: unknown): null {
  if (thrown instanceof Problem && thrown.code === "RESOURCE_NOT_FOUND") return null;
  throw thrown;
}

/** Somebody (an earlier attempt of ours) is at it: the next look decides. */
function unlessInUse(thrown: unknown): void {
  if ((thrown as { name?: string }).name !== "ResourceInUseException") throw thrown;
}
