import { notImplemented } from "../server/aws-error.ts";
import type { JsonInput } from "../server/json-protocol.ts";
import { type Item, invalid, readItem } from "./attribute-value.ts";
import { type Condition, parseCondition } from "./condition-expression.ts";
import { consumedCapacity, readUnits } from "./consumed-capacity.ts";
import { project } from "./document-path.ts";
import type { DynamodbOperation } from "./dynamodb-operation.ts";
import { ExpressionScope } from "./expression-scope.ts";
import { refuseUnknown } from "./item-operations.ts";
import type { SortRange, StoredItem } from "./item-store.ts";
import { parseKeyCondition } from "./key-condition.ts";
import { readProjection } from "./projection-expression.ts";
import { HASHES } from "./stream-store.ts";
import { type ItemPlace, keyOf, placeOfKey, type Table } from "./table.ts";
import { useTableKey } from "./table-key.ts";

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Query.Pagination.html */
const PAGE_BYTES_MAX = 1024 * 1024;
const SEGMENTS_MAX = 1_000_000;
const UNKNOWN_MEMBERS = [
  "IndexName",
  "AttributesToGet",
  "KeyConditions",
  "QueryFilter",
  "ScanFilter",
  "ConditionalOperator",
];

export const readOperations: Readonly<Record<string, DynamodbOperation>> = {
  Scan(call) {
    const { input, items, table: named } = call;
    refuseUnknown(input, "Scan", UNKNOWN_MEMBERS);
    const segment = readSegment(input);
    const scope = new ExpressionScope(input);
    const shape = readShape(input, scope);
    scope.refuseUnused();
    const table = named();
    const after = readStart(table, input);
    const fromHash = Math.ceil((segment.number * HASHES) / segment.total);
    const toHash = Math.ceil(((segment.number + 1) * HASHES) / segment.total);
    if (after && (after.hash < fromHash || after.hash >= toHash)) {
      throw invalid(
        `The provided starting key is invalid: Invalid ExclusiveStartKey. Please use ExclusiveStartKey with correct Segment. TotalSegments: ${segment.total} Segment: ${segment.number}`,
      );
    }
    useTableKey(call, table, "read");
    return page(table, input, shape, items.scan(table, fromHash, toHash, after));
  },
  Query(call) {
    const { input, items, table: named } = call;
    refuseUnknown(input, "Query", UNKNOWN_MEMBERS);
    const table = named();
    const scope = new ExpressionScope(input);
    const condition = input.optionalString("KeyConditionExpression");
    if (condition === undefined) {
      throw invalid("Either the KeyConditions or KeyConditionExpression parameter must be specified in the request.");
    }
    const key = parseKeyCondition(table, condition, scope);
    const shape = readShape(input, scope);
    scope.refuseUnused();
    const forward = !input.has("ScanIndexForward") || input.boolean("ScanIndexForward");
    const after = readStart(table, input);
    if (after && !after.partition.equals(key.partition)) {
      throw invalid("The provided starting key is outside query boundaries based on provided conditions");
    }
    const range = after ? rangeAfter(key.range, after, forward, table) : key.range;
    useTableKey(call, table, "read");
    return page(table, input, shape, range ? items.query(table, key, range, forward) : []);
  },
};

interface PageShape {
  readonly filter: Condition | null;
  readonly select: (item: Item) => Item;
  readonly countOnly: boolean;
}

function readShape(input: JsonInput, scope: ExpressionScope): PageShape {
  const text = input.optionalString("FilterExpression");
  const projection = readProjection(input, scope);
  const select = input.optionalString("Select") ?? (projection ? "SPECIFIC_ATTRIBUTES" : "ALL_ATTRIBUTES");
  if (!["ALL_ATTRIBUTES", "SPECIFIC_ATTRIBUTES", "COUNT"].includes(select)) {
    throw notImplemented("dynamodb", `Select ${select}`);
  }
  return {
    filter: text === undefined ? null : parseCondition("FilterExpression", text, scope),
    select: projection ? (item) => project(item, projection) : (item) => item,
    countOnly: select === "COUNT",
  };
}

function page(table: Table, input: JsonInput, { filter, select, countOnly }: PageShape, found: Iterable<StoredItem>) {
  const limit = input.optionalNumber("Limit", 1) ?? Number.POSITIVE_INFINITY;
  const kept: Item[] = [];
  let scanned = 0;
  let bytes = 0;
  let last: Item | null = null;
  let more = false;
  for (const entry of found) {
    if (scanned >= limit || (scanned > 0 && bytes + entry.bytes > PAGE_BYTES_MAX)) {
      more = true;
      break;
    }
    scanned += 1;
    bytes += entry.bytes;
    last = entry.item;
    if (!filter || filter(entry.item)) kept.push(entry.item);
  }
  // AWS says so too when the limit is reached with the very last item.
  const resumable = last !== null && (more || scanned >= limit);
  return {
    ...(countOnly ? {} : { Items: kept.map(select) }),
    Count: kept.length,
    ScannedCount: scanned,
    ...(resumable && last ? { LastEvaluatedKey: keyOf(table, last) } : {}),
    ...consumedCapacity(input, table.name, readUnits(bytes, input.boolean("ConsistentRead"))),
  };
}

function readStart(table: Table, input: JsonInput): ItemPlace | null {
  if (!input.has("ExclusiveStartKey")) return null;
  try {
    return placeOfKey(table, readItem(input.value("ExclusiveStartKey")));
  } catch {
    throw invalid("The provided starting key is invalid: The provided key element does not match the schema");
  }
}

function readSegment(input: JsonInput): { readonly number: number; readonly total: number } {
  const number = input.optionalNumber("Segment", 0, SEGMENTS_MAX - 1);
  const total = input.optionalNumber("TotalSegments", 1, SEGMENTS_MAX);
  if (number === undefined && total === undefined) return { number: 0, total: 1 };
  if (total === undefined) {
    throw invalid(
      "The TotalSegments parameter is required but was not present in the request when Segment parameter is present",
    );
  }
  if (number === undefined) {
    throw invalid(
      "The Segment parameter is required but was not present in the request when parameter TotalSegments is present",
    );
  }
  if (number >= total) {
    throw invalid(
      `The Segment parameter is zero-based and must be less than parameter TotalSegments: Segment: ${number} is not less than TotalSegments: ${total}`,
    );
  }
  return { number, total };
}

/** null when nothing can follow. */
function rangeAfter(range: SortRange, { sort }: ItemPlace, forward: boolean, table: Table): SortRange | null {
  if (!table.sortKey) return null;
  if (forward) {
    const behind = range.from && Buffer.compare(sort, range.from) < 0;
    return behind ? range : { ...range, from: sort, fromInclusive: false };
  }
  const behind = range.to && Buffer.compare(sort, range.to) > 0;
  return behind ? range : { ...range, to: sort, toInclusive: false };
}
