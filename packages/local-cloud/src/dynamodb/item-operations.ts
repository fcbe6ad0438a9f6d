import { notImplemented } from "../server/aws-error.ts";
import type { JsonInput } from "../server/json-protocol.ts";
import { type AttributeValue, type Item, invalid, readItem } from "./attribute-value.ts";
import { consumedCapacity, readUnits, writeUnits } from "./consumed-capacity.ts";
import { project } from "./document-path.ts";
import type { DynamodbCall, DynamodbOperation } from "./dynamodb-operation.ts";
import { ExpressionScope } from "./expression-scope.ts";
import { readProjection } from "./projection-expression.ts";
import { keyAttributes, placeOfItem, placeOfKey, type Table } from "./table.ts";
import { useTableKey } from "./table-key.ts";
import { parseUpdate } from "./update-expression.ts";
import { demand, readCondition, writeItems } from "./write-item.ts";

const UPDATED_ITEM_TOO_LARGE = "Item size to update has exceeded the maximum allowed size";
/** Older than expressions; every SDK of today has expressions. */
const LEGACY_MEMBERS = ["Expected", "ConditionalOperator", "AttributeUpdates", "AttributesToGet"];

export const itemOperations: Readonly<Record<string, DynamodbOperation>> = {
  PutItem(call) {
    const { input } = call;
    refuseUnknown(input, "PutItem");
    const returned = readReturnValues(input, ["NONE", "ALL_OLD"]);
    const scope = new ExpressionScope(input);
    const condition = readCondition(call, scope);
    scope.refuseUnused();
    const table = call.table();
    const item = readItem(input.value("Item"));
    const { place, bytes } = placeOfItem(table, item);
    useTableKey(call, table, "write");
    const before = condition || returned !== "NONE" ? (call.items.find(table, place)?.item ?? null) : null;
    demand(condition, before);
    writeItems(call, [{ table, place, item, bytes }]);
    return {
      ...(returned === "ALL_OLD" && before ? { Attributes: before } : {}),
      ...consumedCapacity(input, table.name, writeUnits(bytes)),
    };
  },
  GetItem(call) {
    const { input, items } = call;
    refuseUnknown(input, "GetItem");
    const scope = new ExpressionScope(input);
    const projection = readProjection(input, scope);
    scope.refuseUnused();
    const table = call.table();
    const place = placeOfKey(table, readItem(input.value("Key")));
    useTableKey(call, table, "read");
    const found = items.find(table, place);
    return {
      ...(found ? { Item: projection ? project(found.item, projection) : found.item } : {}),
      ...consumedCapacity(input, table.name, readUnits(found?.bytes ?? 0, input.boolean("ConsistentRead"))),
    };
  },
  DeleteItem(call) {
    const { input, items } = call;
    refuseUnknown(input, "DeleteItem");
    const returned = readReturnValues(input, ["NONE", "ALL_OLD"]);
    const scope = new ExpressionScope(input);
    const condition = readCondition(call, scope);
    scope.refuseUnused();
    const table = call.table();
    const place = placeOfKey(table, readItem(input.value("Key")));
    useTableKey(call, table, "write");
    const found = items.find(table, place);
    demand(condition, found?.item ?? null);
    if (found) writeItems(call, [{ table, place, item: null, bytes: 0 }]);
    return {
      ...(returned === "ALL_OLD" && found ? { Attributes: found.item } : {}),
      ...consumedCapacity(input, table.name, writeUnits(found?.bytes ?? 0)),
    };
  },
  UpdateItem: updateItem,
};

function updateItem(call: DynamodbCall): unknown {
  const { input, items } = call;
  refuseUnknown(input, "UpdateItem");
  const returned = readReturnValues(input, ["NONE", "ALL_OLD", "UPDATED_OLD", "ALL_NEW", "UPDATED_NEW"]);
  const scope = new ExpressionScope(input);
  const text = input.optionalString("UpdateExpression");
  const update = text === undefined ? null : parseUpdate(text, scope);
  const condition = readCondition(call, scope);
  scope.refuseUnused();
  const table = call.table();
  const key = readItem(input.value("Key"));
  const place = placeOfKey(table, key);
  refuseKeyChange(table, update?.attributes ?? new Set());
  useTableKey(call, table, "write");
  const before = items.find(table, place)?.item ?? null;
  demand(condition, before);
  const base = before ?? key;
  const after = update ? update.apply(base) : base;
  const { bytes } = placeOfItem(table, after, UPDATED_ITEM_TOO_LARGE);
  writeItems(call, [{ table, place, item: after, bytes }]);
  const touched = [...(update?.attributes ?? [])];
  const only = (item: Item | null) =>
    Object.fromEntries(
      touched.flatMap((name): [string, AttributeValue][] => (item?.[name] ? [[name, item[name]]] : [])),
    );
  const answers = {
    NONE: null,
    ALL_OLD: before,
    ALL_NEW: after,
    UPDATED_OLD: only(before),
    UPDATED_NEW: only(after),
  };
  const attributes = answers[returned as keyof typeof answers];
  return {
    ...(attributes && Object.keys(attributes).length > 0 ? { Attributes: attributes } : {}),
    ...consumedCapacity(input, table.name, writeUnits(bytes)),
  };
}

export function refuseUnknown(input: JsonInput, action: string, members: readonly string[] = LEGACY_MEMBERS): void {
  const found = members.find((member) => input.has(member));
  if (found) throw notImplemented("dynamodb", `${action} with ${found}`);
  const onFailure = input.optionalString("ReturnValuesOnConditionCheckFailure") ?? "NONE";
  if (onFailure !== "NONE") throw notImplemented("dynamodb", "ReturnValuesOnConditionCheckFailure");
}

function readReturnValues(input: JsonInput, allowed: readonly string[]): string {
  const wanted = input.optionalString("ReturnValues") ?? "NONE";
  if (!allowed.includes(wanted)) throw invalid(`ReturnValues can only be ${allowed.join(" or ")}`);
  return wanted;
}

function refuseKeyChange(table: Table, attributes: ReadonlySet<string>): void {
  const key = keyAttributes(table).find(({ name }) => attributes.has(name));
  if (key) {
    throw invalid(
      `One or more parameter values were invalid: Cannot update attribute ${key.name}. This attribute is part of the key`,
    );
  }
}
