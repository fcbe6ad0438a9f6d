import { hash } from "node:crypto";
import {
  type AttributeType,
  type AttributeValue,
  type Item,
  invalid,
  sizeOfItem,
  sortableBytes,
  typeOf,
} from "./attribute-value.ts";

export interface KeyAttribute {
  readonly name: string;
  readonly type: "S" | "N" | "B";
}

export interface TablePlace {
  readonly accountId: string;
  readonly region: string;
  readonly name: string;
}

export interface Table extends TablePlace {
  /** New for each table, also of the same name. */
  readonly id: string;
  readonly partitionKey: KeyAttribute;
  readonly sortKey: KeyAttribute | null;
  readonly billingMode: "PAY_PER_REQUEST" | "PROVISIONED";
  readonly readUnits: number;
  readonly writeUnits: number;
  readonly deletionProtected: boolean;
  readonly createdAt: number;
  /** Until then it is CREATING, or UPDATING when it was changed. */
  readonly activeAt: number;
  readonly changed: boolean;
  /** ARN of the stream that is on or was the last one on. */
  readonly latestStreamArn: string | null;
  /** Of the key of KMS that encrypts it; null: DynamoDB's own. */
  readonly keyArn: string | null;
  readonly tags: Readonly<Record<string, string>>;
}

/** Where an item lies: items are kept in the order of these. */
export interface ItemPlace {
  /** 0 to 2^32 - 1; segments of a scan are ranges of it. */
  readonly hash: number;
  readonly partition: Buffer;
  /** Empty in tables without a sort key. */
  readonly sort: Buffer;
}

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html */
const ITEM_BYTES_MAX = 400 * 1024;
const PARTITION_KEY_BYTES_MAX = 2048;
const SORT_KEY_BYTES_MAX = 1024;
const NO_BYTES = Buffer.alloc(0);

export function tableArn({ region, accountId, name }: TablePlace): string {
  return `arn:aws:dynamodb:${region}:${accountId}:table/${name}`;
}

export function statusOf(table: Table, now: number): "CREATING" | "UPDATING" | "ACTIVE" {
  if (now >= table.activeAt) return "ACTIVE";
  return table.changed ? "UPDATING" : "CREATING";
}

export function keyAttributes({ partitionKey, sortKey }: Table): KeyAttribute[] {
  return sortKey ? [partitionKey, sortKey] : [partitionKey];
}

export function keyOf(table: Table, item: Item): Item {
  return Object.fromEntries(keyAttributes(table).map(({ name }) => [name, item[name] as AttributeValue]));
}

/** Checks the item and its keys. Returns its size too. */
export function placeOfItem(table: Table, item: Item, tooLarge = "Item size has exceeded the maximum allowed size") {
  const place = placeOf(table, item, (attribute, value) => {
    if (!value)
      return invalid(`One or more parameter values were invalid: Missing the key ${attribute.name} in the item`);
    return invalid(
      `One or more parameter values were invalid: Type mismatch for key ${attribute.name} expected: ${attribute.type} actual: ${typeOf(value)}`,
    );
  });
  const bytes = sizeOfItem(item);
  if (bytes > ITEM_BYTES_MAX) throw invalid(tooLarge);
  return { place, bytes };
}

/** For requests that name an item by its key alone. */
export function placeOfKey(table: Table, key: Item): ItemPlace {
  const mismatch = () => invalid("The provided key element does not match the schema");
  if (Object.keys(key).length !== keyAttributes(table).length) throw mismatch();
  return placeOf(table, key, mismatch);
}

function placeOf(
  table: Table,
  item: Item,
  mismatch: (attribute: KeyAttribute, value: AttributeValue | undefined) => Error,
): ItemPlace {
  const bytesOf = (attribute: KeyAttribute, bytesMax: number, tooLong: string) => {
    const value = item[attribute.name];
    if (!value || typeOf(value) !== attribute.type) throw mismatch(attribute, value);
    return keyBytes(attribute, value, bytesMax, tooLong);
  };
  const partition = bytesOf(
    table.partitionKey,
    PARTITION_KEY_BYTES_MAX,
    "Size of hashkey has exceeded the maximum size limit of2048 bytes",
  );
  const sort = table.sortKey
    ? bytesOf(
        table.sortKey,
        SORT_KEY_BYTES_MAX,
        "Aggregated size of all range keys has exceeded the size limit of 1024 bytes",
      )
    : NO_BYTES;
  return { hash: hashOf(partition), partition, sort };
}

function keyBytes(attribute: KeyAttribute, value: AttributeValue, bytesMax: number, tooLong: string): Buffer {
  const bytes = sortableBytes(value) ?? NO_BYTES;
  if (bytes.length === 0) {
    const kind: AttributeType = attribute.type;
    throw invalid(
      `One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty ${kind === "B" ? "binary" : "string"} value. Key: ${attribute.name}`,
    );
  }
  if (bytes.length > bytesMax) throw invalid(`One or more parameter values were invalid: ${tooLong}`);
  return bytes;
}

export function hashOf(partition: Buffer): number {
  return hash("md5", partition, "buffer").readUInt32BE(0);
}
