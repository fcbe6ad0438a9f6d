import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import type { Attributes } from "./dynamodb-plain-json.ts";

/** An item's key as DynamoDB JSON: text, numbers, or bytes as base64. */
export function keyToText(key: Attributes): string {
  const json = Object.entries(key).map(([name, { S, N, B }]) => [
    name,
    B === undefined ? { S, N } : { B: Buffer.from(B).toString("base64") },
  ]);
  return JSON.stringify(Object.fromEntries(json));
}

export function keyFromText(text: string): Record<string, AttributeValue> {
  const json = JSON.parse(text) as Readonly<Record<string, { S: string } | { N: string } | { B: string }>>;
  return Object.fromEntries(
    Object.entries(json).map(([name, value]) => [name, "B" in value ? { B: Buffer.from(value.B, "base64") } : value]),
  );
}
