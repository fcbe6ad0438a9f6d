import { BatchWriteItemCommand, DynamoDBClient, PutItemCommand, type TableDescription } from "@aws-sdk/client-dynamodb";
import { clientFor } from "@letsdata/aws/client-for";
import { withRetry } from "@letsdata/aws/with-retry";
import type { CloudAccess } from "@letsdata/plugin-kit/connector";
import { Problem, type ProblemDetail } from "@letsdata/plugin-kit/problems";
import { accessFindings } from "../access-finding.ts";
import { tableArn } from "../dynamodb-table-arn.ts";
import { describeTable, type KeyAttribute, keyAttributes } from "../dynamodb-table-schema.ts";
import { type DynamodbTarget, nameOfTable } from "./permissions.ts";

/** Has no table's key: DynamoDB checks rights first, then refuses it, and nothing is written. */
const ITEM_WITHOUT_KEY = { "letsdata-access-check": { S: "probe" } };

export async function checkDynamodbWrite(config: DynamodbTarget, access: CloudAccess, signal: AbortSignal) {
  const TableName = nameOfTable(config);
  const dynamodb = clientFor(DynamoDBClient, access);
  const options = { abortSignal: signal };
  const place = { path: "writeConnector.tableName", resource: tableArn(TableName, access) };
  const isGranted = (problem: Problem) => problem.code === "CLOUD_CALL_REFUSED";
  let table: TableDescription = {};
  const findings = await accessFindings(
    [
      {
        ...place,
        action: "dynamodb:DescribeTable",
        call: async () => {
          table = await describeTable(TableName, access, signal);
        },
      },
      {
        ...place,
        action: "dynamodb:BatchWriteItem",
        isGranted,
        call: () =>
          dynamodb.send(
            new BatchWriteItemCommand({ RequestItems: { [TableName]: [{ PutRequest: { Item: ITEM_WITHOUT_KEY } }] } }),
            options,
          ),
      },
      {
        ...place,
        action: "dynamodb:PutItem",
        isGranted,
        call: () => dynamodb.send(new PutItemCommand({ TableName, Item: ITEM_WITHOUT_KEY }), options),
      },
      {
        ...place,
        action: "dynamodb:PutItem",
        isGranted: ({ details }) => details.awsCode === "ConditionalCheckFailedException",
        call: async () => {
          if (table.SSEDescription?.KMSMasterKeyArn === undefined) return;
          await dynamodb.send(new PutItemCommand({ TableName, ...putOfNothing(keyAttributes(table)) }), options);
        },
      },
    ],
    signal,
  );
  const keys = keyAttributes(table);
  return keys.length === 0 ? findings : [...findings, ...otherKeys(config, keys)];
}

/** A well-formed item under a condition that no item fulfils: DynamoDB has to open the table with its key to find out, and writes nothing. */
function putOfNothing(keys: readonly KeyAttribute[]) {
  const values = { S: { S: "letsdata-access-check" }, N: { N: "0" }, B: { B: new Uint8Array(1) } };
  return {
    Item: Object.fromEntries(keys.map(({ name, type }) => [name, values[type]])),
    ConditionExpression: "attribute_exists(#key) AND attribute_not_exists(#key)",
    ExpressionAttributeNames: { "#key": keys[0]?.name ?? "" },
  };
}

/** Findings for key attributes that are not the table's own. */
function otherKeys(config: DynamodbTarget, [partition, sort]: readonly KeyAttribute[]): readonly ProblemDetail[] {
  const { partitionKeyAttributeName, sortKeyAttributeName } = config;
  const checks = [
    ["partitionKeyAttributeName", "partition key", partitionKeyAttributeName, partition?.name],
    ["sortKeyAttributeName", "sort key", sortKeyAttributeName, sort?.name],
  ] as const;
  return checks
    .filter(([, , named, actual]) => named !== actual)
    .map(([attribute, key, , actual]) => ({
      path: `writeConnector.${attribute}`,
      code: "CONFIG_INVALID",
      message:
        actual === undefined ? `The table has no ${key}.` : `The ${key} of the table is the attribute ${actual}.`,
      fix: actual === undefined ? `Leave ${attribute} out.` : `Set ${attribute} to ${actual}.`,
    }));
}

/** The table's keys, which must be those configured. Throws CONFIG_INVALID. */
export async function configuredKeys(config: DynamodbTarget, access: CloudAccess): Promise<readonly KeyAttribute[]> {
  const keys = keyAttributes(await withRetry(() => describeTable(nameOfTable(config), access)));
  const [finding] = otherKeys(config, keys);
  if (finding) throw new Problem("CONFIG_INVALID", finding.message, { path: finding.path });
  return keys;
}
