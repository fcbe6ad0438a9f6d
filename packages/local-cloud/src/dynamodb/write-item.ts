import { AwsError } from "../server/aws-error.ts";
import { type Item, sameItem } from "./attribute-value.ts";
import { type Condition, parseCondition } from "./condition-expression.ts";
import type { DynamodbCall } from "./dynamodb-operation.ts";
import type { ExpressionScope } from "./expression-scope.ts";
import type { ChangeStream } from "./stream-store.ts";
import type { ItemPlace, Table } from "./table.ts";

export interface ItemWrite {
  readonly table: Table;
  readonly place: ItemPlace;
  /** null removes. */
  readonly item: Item | null;
  /** Of `item`. */
  readonly bytes: number;
}

/** Stores items and, where a stream is on, their changes: all of them or none. */
export function writeItems(call: DynamodbCall, writes: readonly ItemWrite[]): void {
  const single = writes.length === 1 && writes[0] && !openStream(call, writes[0].table);
  if (single && writes[0]) {
    store(call, writes[0]);
    return;
  }
  const { sql } = call.cloud.database;
  sql.exec("BEGIN");
  try {
    for (const write of writes) {
      const stream = openStream(call, write.table);
      const before = stream ? (call.items.find(write.table, write.place)?.item ?? null) : null;
      store(call, write);
      const changed = before && write.item ? !sameItem(before, write.item) : before !== write.item;
      if (stream && changed) {
        call.streams.append(stream, write.table, { before, after: write.item, hash: write.place.hash });
      }
    }
    sql.exec("COMMIT");
  } catch (error) {
    sql.exec("ROLLBACK");
    throw error;
  }
}

function store({ items }: DynamodbCall, { table, place, item, bytes }: ItemWrite): void {
  if (item) items.put(table, place, item, bytes);
  else items.remove(table, place);
}

function openStream({ streams }: DynamodbCall, { latestStreamArn }: Table): ChangeStream | null {
  const stream = latestStreamArn === null ? null : streams.find(latestStreamArn);
  return stream?.disabledAt === null ? stream : null;
}

export function readCondition({ input }: DynamodbCall, scope: ExpressionScope): Condition | null {
  const text = input.optionalString("ConditionExpression");
  return text === undefined ? null : parseCondition("ConditionExpression", text, scope);
}

/** An item that is not there has no attributes. */
export function demand(condition: Condition | null, before: Item | null): void {
  if (condition && !condition(before ?? {})) {
    throw new AwsError("ConditionalCheckFailedException", "The conditional request failed", 400);
  }
}
