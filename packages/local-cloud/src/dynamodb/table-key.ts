import { type KeyUse, type KeyUser, useKey } from "../kms/use-key.ts";
import { notImplemented } from "../server/aws-error.ts";
import type { JsonInput } from "../server/json-protocol.ts";
import type { DynamodbCall } from "./dynamodb-operation.ts";
import type { Table } from "./table.ts";

const DYNAMODB: KeyUser = {
  service: "dynamodb",
  deniedCode: "AccessDeniedException",
  missingCode: "AccessDeniedException",
};
/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html */
const ACTIONS: Readonly<Record<KeyUse, readonly string[]>> = {
  read: ["Decrypt"],
  write: ["GenerateDataKey", "Decrypt"],
};

/** Throws where the caller may not use the key that encrypts the table. */
export function useTableKey(call: DynamodbCall, { keyArn }: Pick<Table, "keyArn">, use: KeyUse): void {
  useKey(call, keyArn, ACTIONS[use], DYNAMODB);
}

/** The key a request wants; `before` where it says nothing. null is DynamoDB's own key. */
export function readTableKey({ input, cloud }: DynamodbCall, before: string | null): string | null {
  if (!input.has("SSESpecification")) return before;
  const wanted: JsonInput = input.object("SSESpecification");
  if (!wanted.boolean("Enabled")) return null;
  const named = wanted.optionalString("KMSMasterKeyId");
  if (named === undefined) throw notImplemented("dynamodb", "SSESpecification without a key");
  return cloud.keys.find(named).arn;
}
