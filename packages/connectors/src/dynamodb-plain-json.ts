import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import { Problem } from "@letsdata/plugin-kit/problems";

export type Attributes = Readonly<Record<string, AttributeValue>>;

const JSON_NUMBER = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/;

/**
 * Attributes as JSON of plain values, without type tags (product.md §4.1): numbers keep all their digits, sets are lists,
 * binary values are base64.
 */
export function plainJson(attributes: Attributes): string {
  return `{${Object.entries(attributes)
    .map(([name, value]) => `${JSON.stringify(name)}:${plainValue(value)}`)
    .join(",")}}`;
}

function plainValue(value: AttributeValue): string {
  if (value.S !== undefined) return JSON.stringify(value.S);
  if (value.N !== undefined) return plainNumber(value.N);
  if (value.BOOL !== undefined) return String(value.BOOL);
  if (value.NULL !== undefined) return "null";
  if (value.M !== undefined) return plainJson(value.M);
  if (value.L !== undefined) return plainList(value.L, plainValue);
  if (value.B !== undefined) return plainBytes(value.B);
  if (value.SS !== undefined) return plainList(value.SS, JSON.stringify);
  if (value.NS !== undefined) return plainList(value.NS, plainNumber);
  if (value.BS !== undefined) return plainList(value.BS, plainBytes);
  throw new Problem("INTERNAL", "DynamoDB returned an attribute of an unknown type.");
}

function plainList<T>(values: readonly T[], plain: (value: T) => string): string {
  return `[${values.map((value) => plain(value)).join(",")}]`;
}

function plainNumber(digits: string): string {
  return JSON_NUMBER.test(digits) ? digits : JSON.stringify(Number(digits));
}

function plainBytes(bytes: Uint8Array): string {
  return JSON.stringify(Buffer.from(bytes).toString("base64"));
}
