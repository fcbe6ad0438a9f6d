import { BatchWriteItemCommand, DynamoDBClient, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { classifyAwsError, isWorthRepeating } from "@letsdata/aws/classify-error";
import { clientFor } from "@letsdata/aws/client-for";
import type { CloudAccess } from "@letsdata/plugin-kit/connector";
import type { OutputDocument } from "@letsdata/plugin-kit/handler";
import type { Problem } from "@letsdata/plugin-kit/problems";
import type { PreparedDocument, Rejection, Unwritable, Writer } from "@letsdata/plugin-kit/writer";
import type { Attributes } from "../dynamodb-plain-json.ts";
import { tableArn } from "../dynamodb-table-arn.ts";
import type { KeyAttribute } from "../dynamodb-table-schema.ts";
import { attributesOf, itemBytes, keyText, UnstorableValue, valueBytes } from "./attribute-values.ts";
import { type DynamodbTarget, nameOfTable } from "./permissions.ts";

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html */
const BATCH_ITEMS_MAX = 25;
const BATCH_BYTES_MAX = 16 * 1024 * 1024;
const ITEM_BYTES_MAX = 400 * 1024;
/** Of partition and sort key: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html */
const KEY_BYTES_MAX = [2048, 1024] as const;
const CONCURRENT_BATCHES = 4;

interface PreparedItem extends PreparedDocument {
  readonly payload: Attributes;
  readonly key: string;
}

/** A document's fields are an item's attributes. `keys` are the table's own, partition key first. */
export function openDynamodbWriter(input: {
  readonly config: DynamodbTarget;
  readonly access: CloudAccess;
  readonly keys: readonly KeyAttribute[];
}): Writer {
  const { config, access, keys } = input;
  const TableName = nameOfTable(config);
  const dynamodb = clientFor(DynamoDBClient, access);
  const resource = tableArn(TableName, access);

  const prepare = (document: OutputDocument, ordinal: number): PreparedItem | Unwritable => {
    let payload: Attributes;
    try {
      payload = withKeysOfDocument(attributesOf(document), document, keys);
    } catch (thrown) {
      if (!(thrown instanceof UnstorableValue)) throw thrown;
      return { code: "INVALID_DOCUMENT", message: `DynamoDB cannot store the document: ${thrown.message}.` };
    }
    const message = keyFault(payload, keys);
    if (message !== null) return { code: "INVALID_DOCUMENT_KEY", message };
    const bytes = itemBytes(payload);
    if (bytes > ITEM_BYTES_MAX) {
      return { code: "DOCUMENT_TOO_LARGE", message: `The item has ${bytes} bytes; DynamoDB takes 400 KB.` };
    }
    return { document, ordinal, payload, bytes, key: keyOf(payload) };
  };
  const keyOf = (item: Attributes) => JSON.stringify(keys.map(({ name }) => keyText(item[name]!)));

  async function write(batch: readonly PreparedDocument[], signal: AbortSignal): Promise<readonly Rejection[]> {
    const items = batch as readonly PreparedItem[];
    const requests = items.map(({ payload }) => ({ PutRequest: { Item: payload } }));
    try {
      const answer = await dynamodb.send(new BatchWriteItemCommand({ RequestItems: { [TableName]: requests } }), {
        abortSignal: signal,
      });
      const left = answer.UnprocessedItems?.[TableName] ?? [];
      if (left.length === 0) return [];
      const places = new Map(items.map(({ key }, index) => [key, index]));
      return left.map(({ PutRequest }) => ({
        index: places.get(keyOf(PutRequest?.Item ?? {}))!,
        reason: "DynamoDB left it unprocessed",
        retry: true,
      }));
    } catch (thrown) {
      signal.throwIfAborted();
      const problem = classifyAwsError(thrown, { action: "dynamodb:BatchWriteItem", resource });
      if (!isOfDocument(problem)) throw problem;
      return writeSingly(items, signal);
    }
  }

  /** A call refused for one bad item refuses them all and does not say which: asked singly, the others are written. */
  async function writeSingly(items: readonly PreparedItem[], signal: AbortSignal): Promise<readonly Rejection[]> {
    const rejections: Rejection[] = [];
    for (const [index, { payload }] of items.entries()) {
      try {
        await dynamodb.send(new PutItemCommand({ TableName, Item: payload }), { abortSignal: signal });
      } catch (thrown) {
        signal.throwIfAborted();
        const problem = classifyAwsError(thrown, { action: "dynamodb:PutItem", resource });
        const retry = isWorthRepeating(problem);
        if (!retry && !isOfDocument(problem)) throw problem;
        rejections.push({ index, reason: problem.message, retry });
      }
    }
    return rejections;
  }

  return {
    limits: {
      maxDocumentBytes: ITEM_BYTES_MAX,
      maxBatchDocuments: BATCH_ITEMS_MAX,
      maxBatchBytes: BATCH_BYTES_MAX,
    },
    concurrentBatches: CONCURRENT_BATCHES,
    prepare,
    write,
    close: () => Promise.resolve(),
  };
}

/** What DynamoDB says of one item; the last where those of one partition key outgrow a local index. Anything else concerns the table. */
const OF_DOCUMENT = new Set<unknown>(["ValidationException", "ItemCollectionSizeLimitExceededException"]);

function isOfDocument({ details }: Problem): boolean {
  return OF_DOCUMENT.has(details.awsCode);
}

/** The engine makes ids that a handler left out, and no body holds them: a key of that name takes the document's own. */
function withKeysOfDocument(item: Attributes, document: OutputDocument, keys: readonly KeyAttribute[]): Attributes {
  const { documentId, partitionKey } = document;
  const known = { documentId, partitionKey };
  const missing = keys.flatMap(({ name }) =>
    (name === "documentId" || name === "partitionKey") && (item[name] === undefined || item[name].NULL)
      ? [[name, { S: known[name] }] as const]
      : [],
  );
  return missing.length === 0 ? item : { ...item, ...Object.fromEntries(missing) };
}

const typeNames = { S: "text", N: "a number", B: "binary" } as const;

/** Why the item has no usable key; null if it has. */
function keyFault(item: Attributes, keys: readonly KeyAttribute[]): string | null {
  for (const [index, { name, type }] of keys.entries()) {
    const value = item[name];
    const which = `The document's ${name}, ${index === 0 ? "partition" : "sort"} key of the table,`;
    if (value === undefined || value.NULL) return `${which} is missing.`;
    if (value[type] === undefined) return `${which} is not ${typeNames[type]}.`;
    const bytes = valueBytes(value);
    if (type !== "N" && bytes === 0) return `${which} is empty.`;
    const bytesMax = KEY_BYTES_MAX[index === 0 ? 0 : 1];
    if (bytes > bytesMax) return `${which} has ${bytes} bytes; DynamoDB takes ${bytesMax}.`;
  }
  return null;
}
