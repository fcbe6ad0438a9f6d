import { AwsError } from "../server/aws-error.ts";
import type { JsonInput } from "../server/json-protocol.ts";
import { type Item, invalid, readItem } from "./attribute-value.ts";
import { readUnits, wantsCapacity, writeUnits } from "./consumed-capacity.ts";
import { project } from "./document-path.ts";
import type { DynamodbCall, DynamodbOperation } from "./dynamodb-operation.ts";
import { ExpressionScope } from "./expression-scope.ts";
import { refuseUnknown } from "./item-operations.ts";
import { readProjection } from "./projection-expression.ts";
import { type ItemPlace, placeOfItem, placeOfKey, type Table, tableArn } from "./table.ts";
import { useTableKey } from "./table-key.ts";
import { type ItemWrite, writeItems } from "./write-item.ts";

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html */
const WRITES_MAX = 25;
/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html */
const READS_MAX = 100;
const BATCH_BYTES_MAX = 16 * 1024 * 1024;

export const batchOperations: Readonly<Record<string, DynamodbOperation>> = {
  BatchWriteItem(call) {
    const requested = requestedTables(call).flatMap(([name, entries]) => {
      if (!Array.isArray(entries)) throw new AwsError("SerializationException", "Expected a list of requests", 400);
      return entries.map((raw: unknown) => ({ name, raw: raw as Record<string, Record<string, unknown>> }));
    });
    if (requested.length > WRITES_MAX) throw invalid("Too many items requested for the BatchWriteItem call");
    const entries = requested.map(({ name, raw }) => ({ name, raw, write: readWrite(call.tableNamed(name), raw) }));
    refuseDuplicates(entries.map(({ write }) => write));
    if (entries.reduce((sum, { write }) => sum + write.bytes, 0) > BATCH_BYTES_MAX) {
      throw invalid("Item collection size in the request exceeds the 16 MB limit");
    }
    for (const { write } of entries) useTableKey(call, write.table, "write");
    const [done, undone] = processed(call, "BatchWriteItem", entries, ({ write }) => write.table);
    writeItems(
      call,
      done.map(({ write }) => write),
    );
    const UnprocessedItems = Object.fromEntries(
      byTable(undone).map(([name, held]) => [name, held.map(({ raw }) => raw)]),
    );
    const units = done.map(({ write }) => ({ table: write.table, units: writeUnits(write.bytes) }));
    return { UnprocessedItems, ...capacityByTable(call.input, units) };
  },
  BatchGetItem(call) {
    const { items, input } = call;
    const wanted = input.objectMap("RequestItems").flatMap(([name, request]) => {
      refuseUnknown(request, "BatchGetItem");
      const table = call.tableNamed(name);
      const scope = new ExpressionScope(request);
      const projection = readProjection(request, scope);
      scope.refuseUnused();
      return readKeys(request).map((key) => ({ name, request, table, key, projection, place: placeOfKey(table, key) }));
    });
    if (wanted.length === 0) throw noRequests();
    if (wanted.length > READS_MAX) throw invalid("Too many items requested for the BatchGetItem call");
    refuseDuplicates(wanted);
    for (const { table } of wanted) useTableKey(call, table, "read");
    const [done, undone] = processed(call, "BatchGetItem", wanted, ({ table }) => table);
    const answered: { name: string; item: Item | null }[] = [];
    const units: { table: Table; units: number }[] = [];
    const left = [...undone];
    let bytes = 0;
    for (const entry of done) {
      const found = items.find(entry.table, entry.place);
      bytes += found?.bytes ?? 0;
      if (bytes > BATCH_BYTES_MAX) {
        left.push(entry);
        continue;
      }
      const item = found && (entry.projection ? project(found.item, entry.projection) : found.item);
      answered.push({ name: entry.name, item });
      units.push({
        table: entry.table,
        units: readUnits(found?.bytes ?? 0, entry.request.boolean("ConsistentRead")),
      });
    }
    const Responses = Object.fromEntries(
      byTable(answered).map(([name, found]) => [name, found.map(({ item }) => item).filter((item) => item !== null)]),
    );
    const UnprocessedKeys = Object.fromEntries(
      byTable(left).map(([name, held]) => [
        name,
        { ...(held[0] ? withoutKeys(held[0].request) : {}), Keys: held.map(({ key }) => key) },
      ]),
    );
    return { Responses, UnprocessedKeys, ...capacityByTable(input, units) };
  },
};

/** Tables a batch names, for the rights it needs. */
export function batchTables(input: JsonInput): string[] {
  const requested = input.value("RequestItems");
  return typeof requested === "object" && requested !== null ? Object.keys(requested) : [];
}

function byTable<T extends { readonly name: string }>(entries: readonly T[]): [string, T[]][] {
  const names = [...new Set(entries.map(({ name }) => name))];
  return names.map((name) => [name, entries.filter((entry) => entry.name === name)]);
}

function requestedTables({ input }: DynamodbCall): [string, unknown][] {
  const requested = input.value("RequestItems");
  const entries = typeof requested === "object" && requested !== null ? Object.entries(requested) : [];
  if (entries.every(([, list]) => Array.isArray(list) && list.length === 0)) throw noRequests();
  return entries;
}

function noRequests(): AwsError {
  return invalid(
    "1 validation error detected: Value '{}' at 'requestItems' failed to satisfy constraint: Member must have length greater than or equal to 1",
  );
}

function readWrite(table: Table, raw: Record<string, Record<string, unknown>>): ItemWrite {
  if (raw.PutRequest) {
    const item = readItem(raw.PutRequest.Item);
    return { table, item, ...placeOfItem(table, item) };
  }
  if (!raw.DeleteRequest) {
    throw invalid("Supplied WriteRequest has no fields set, must contain exactly one of PutRequest or DeleteRequest");
  }
  return { table, item: null, bytes: 0, place: placeOfKey(table, readItem(raw.DeleteRequest.Key)) };
}

function readKeys(request: JsonInput): Item[] {
  const keys = request.value("Keys");
  if (!Array.isArray(keys) || keys.length === 0) throw noRequests();
  return keys.map((key) => readItem(key));
}

function withoutKeys(request: JsonInput): Record<string, unknown> {
  const kept = ["ProjectionExpression", "ExpressionAttributeNames", "ConsistentRead"].filter((name) =>
    request.has(name),
  );
  return Object.fromEntries(kept.map((name) => [name, request.value(name)]));
}

function refuseDuplicates(entries: readonly { readonly table: Table; readonly place: ItemPlace }[]): void {
  const seen = new Set(
    entries.map(
      ({ table, place }) => `${table.id} ${place.partition.toString("base64")} ${place.sort.toString("base64")}`,
    ),
  );
  if (seen.size !== entries.length) throw invalid("Provided list of item keys contains duplicates");
}

/** What goes through and what a fault holds back; AWS refuses the whole call when nothing goes through. */
function processed<T>(
  { cloud }: DynamodbCall,
  action: string,
  entries: readonly T[],
  tableOf: (entry: T) => Table,
): [T[], T[]] {
  const done: T[] = [];
  const undone: T[] = [];
  for (const [index, entry] of entries.entries()) {
    const held = cloud.faults.draw("partial", "dynamodb", action, `${tableArn(tableOf(entry))}#${index}`);
    (held ? undone : done).push(entry);
  }
  if (done.length === 0) {
    throw new AwsError(
      "ProvisionedThroughputExceededException",
      "The level of configured provisioned throughput for the table was exceeded. Consider increasing your provisioning level with the UpdateTable API.",
      400,
    );
  }
  return [done, undone];
}

function capacityByTable(input: JsonInput, consumed: readonly { table: Table; units: number }[]) {
  if (!wantsCapacity(input)) return {};
  const units = new Map<string, number>();
  for (const { table, units: more } of consumed) units.set(table.name, (units.get(table.name) ?? 0) + more);
  return { ConsumedCapacity: [...units].map(([TableName, CapacityUnits]) => ({ TableName, CapacityUnits })) };
}
