import { type AttributeValue, DynamoDBClient, GetItemCommand, ScanCommand } from "@aws-sdk/client-dynamodb";
import { classifyAwsError } from "@letsdata/aws/classify-error";
import { keyFromText, keyToText } from "@letsdata/connectors/dynamodb-key-text";
import { plainJson } from "@letsdata/connectors/dynamodb-plain-json";
import { Problem } from "@letsdata/plugin-kit/problems";
import type { Command } from "commander";
import { UsageError } from "../exit-codes.ts";
import { wholeNumber } from "../options.ts";
import { type CliSession, leaf, type Surroundings } from "../session.ts";
import { openTarget, type ReadOptions, readOptions, resourceName } from "./read-target.ts";

const itemsMax = 1000;

interface TableOptions extends ReadOptions {
  readonly tableName?: string;
}
interface ScanOptions extends TableOptions {
  readonly limit: number;
  readonly cursor?: string;
}
interface GetOptions extends TableOptions {
  readonly key: string;
}

/** A key: text, or a number whose digits are kept. */
type KeyValue = { readonly S: string } | { readonly N: string };

export function addReadDynamodbCommands(dynamodb: Command, surroundings: Surroundings): void {
  const table = (command: Command) => readOptions(command).option("--tableName <name>", "the table");

  leaf<ScanOptions>(
    dynamodb,
    surroundings,
    "scan",
    "items of the table, page by page",
    (command) =>
      table(command)
        .option("--limit <count>", `at most ${itemsMax}`, wholeNumber, itemsMax)
        .option("--cursor <cursor>", "nextCursor of the page before"),
    async (session, options) => {
      if (options.limit < 1 || options.limit > itemsMax) throw new UsageError(`--limit must be 1 to ${itemsMax}.`);
      const { client, tableName } = await openTable(session, options);
      const { Items = [], LastEvaluatedKey } = await call("dynamodb:Scan", tableName, () =>
        client.send(
          new ScanCommand({
            TableName: tableName,
            Limit: options.limit,
            ...(options.cursor === undefined ? {} : { ExclusiveStartKey: keyFromCursor(options.cursor) }),
          }),
        ),
      );
      const nextCursor =
        LastEvaluatedKey === undefined ? null : Buffer.from(keyToText(LastEvaluatedKey)).toString("base64url");
      session.printer.value({ items: Items.map(readable), nextCursor });
    },
  );

  leaf<GetOptions>(
    dynamodb,
    surroundings,
    "get",
    "one item by its key",
    (command) => table(command).requiredOption("--key <json>", 'key attributes, such as {"documentId":"42"}'),
    async (session, options) => {
      const Key = keyFromJson(options.key);
      const { client, tableName } = await openTable(session, options);
      const { Item } = await call("dynamodb:GetItem", tableName, () =>
        client.send(new GetItemCommand({ TableName: tableName, Key })),
      );
      if (Item === undefined) throw new Problem("NOT_FOUND", `The table ${tableName} has no item with this key.`);
      session.printer.value(readable(Item));
    },
  );
}

async function openTable(session: CliSession, options: TableOptions) {
  const target = await openTarget(session, options, "writeConnector");
  const tableName = options.tableName ?? resourceName(target.dataset, "writeConnector", "DYNAMODB", "--tableName");
  return { client: target.client(DynamoDBClient), tableName };
}

/** Plain values as LetsData's handlers see them; numbers print with all their digits. */
function readable(item: Readonly<Record<string, AttributeValue>>): unknown {
  return JSON.parse(plainJson(item), ((_: string, value: unknown, { source }: { readonly source?: string }) =>
    typeof value === "number" && source !== undefined ? rawNumber(source) : value) as (
    key: string,
    value: unknown,
  ) => unknown);
}

/** What JSON.stringify prints as it stands; TypeScript's library does not know it yet. */
const rawNumber = (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON;

function keyFromJson(text: string): Record<string, KeyValue> {
  const key: Record<string, KeyValue> = {};
  try {
    JSON.parse(text, ((name: string, value: unknown, { source }: { readonly source?: string }) => {
      if (typeof value === "string") key[name] = { S: value };
      else if (typeof value === "number") key[name] = { N: source ?? String(value) };
      return value;
    }) as (name: string, value: unknown) => unknown);
  } catch {
    throw new UsageError('--key must be JSON such as {"documentId":"42"}.');
  }
  return key;
}

function keyFromCursor(cursor: string): Record<string, AttributeValue> {
  try {
    return keyFromText(Buffer.from(cursor, "base64url").toString());
  } catch {
    throw new UsageError("--cursor must be the nextCursor of a page.");
  }
}

async function call<T>(action: string, tableName: string, attempt: () => Promise<T>): Promise<T> {
  try {
    return await attempt();
  } catch (thrown) {
    throw classifyAwsError(thrown, { action, resource: `table ${tableName}` });
  }
}
