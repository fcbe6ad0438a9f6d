import { type AttributeValue, invalid, sortableBytes, typeOf } from "./attribute-value.ts";
import type { ExpressionScope } from "./expression-scope.ts";
import { ExpressionTokens } from "./expression-tokens.ts";
import type { SortRange } from "./item-store.ts";
import { hashOf, type KeyAttribute, type Table } from "./table.ts";

export interface KeyCondition {
  readonly hash: number;
  readonly partition: Buffer;
  readonly range: SortRange;
}

type Operator = "=" | "<" | "<=" | ">" | ">=" | "BETWEEN" | "begins_with";
interface Part {
  readonly attribute: string;
  readonly operator: Operator;
  readonly values: readonly AttributeValue[];
}

const EVERYTHING: SortRange = { from: null, fromInclusive: true, to: null, toInclusive: true };
const KIND = "KeyConditionExpression";

export function parseKeyCondition(table: Table, text: string, scope: ExpressionScope): KeyCondition {
  const tokens = new ExpressionTokens(KIND, text, scope);
  const parts = readParts(tokens);
  tokens.expectEnd();
  const partition = parts.find(({ attribute }) => attribute === table.partitionKey.name);
  if (!partition) {
    throw invalid(`Query condition missed key schema element: ${table.partitionKey.name}`);
  }
  if (partition.operator !== "=") throw invalid("Query key condition not supported");
  const others = parts.filter((part) => part !== partition);
  const sort = others.find(({ attribute }) => attribute === table.sortKey?.name);
  if (others.length > 1 || (others.length === 1 && !sort)) throw invalid("Query key condition not supported");
  const bytes = bytesOf(table.partitionKey, partition.values[0]);
  return {
    hash: hashOf(bytes),
    partition: bytes,
    range: sort && table.sortKey ? rangeOf(table.sortKey, sort) : EVERYTHING,
  };
}

function readParts(tokens: ExpressionTokens): Part[] {
  const parts: Part[] = [];
  do {
    if (tokens.accept("(")) {
      parts.push(...readParts(tokens));
      tokens.expect(")");
    } else parts.push(readPart(tokens));
  } while (tokens.accept("AND"));
  return parts;
}

function readPart(tokens: ExpressionTokens): Part {
  if (tokens.accept("BEGINS_WITH")) {
    tokens.expect("(");
    const attribute = readAttribute(tokens);
    tokens.expect(",");
    const value = readValueOf(tokens);
    tokens.expect(")");
    return { attribute, operator: "begins_with", values: [value] };
  }
  const attribute = readAttribute(tokens);
  if (tokens.accept("BETWEEN")) {
    const low = readValueOf(tokens);
    tokens.expect("AND");
    return { attribute, operator: "BETWEEN", values: [low, readValueOf(tokens)] };
  }
  const operator = (["=", "<", "<=", ">", ">="] as const).find((entry) => entry === tokens.peek());
  if (!operator) throw tokens.syntaxError();
  tokens.take();
  return { attribute, operator, values: [readValueOf(tokens)] };
}

function readAttribute(tokens: ExpressionTokens): string {
  const path = tokens.path();
  if (path.length > 1) throw invalid(`Invalid ${KIND}: Nested attributes are not supported`);
  return String(path[0]);
}

function readValueOf(tokens: ExpressionTokens): AttributeValue {
  if (!tokens.peek().startsWith(":")) throw tokens.syntaxError();
  return tokens.scope.value(KIND, tokens.take());
}

function bytesOf({ type }: KeyAttribute, value: AttributeValue | undefined): Buffer {
  const bytes = value && typeOf(value) === type ? sortableBytes(value) : null;
  if (!bytes) {
    throw invalid("One or more parameter values were invalid: Condition parameter type does not match schema type");
  }
  return bytes;
}

function rangeOf(key: KeyAttribute, { operator, values }: Part): SortRange {
  const first = bytesOf(key, values[0]);
  switch (operator) {
    case "=":
      return { from: first, fromInclusive: true, to: first, toInclusive: true };
    case "<":
    case "<=":
      return { ...EVERYTHING, to: first, toInclusive: operator === "<=" };
    case ">":
    case ">=":
      return { ...EVERYTHING, from: first, fromInclusive: operator === ">=" };
    case "BETWEEN": {
      const last = bytesOf(key, values[1]);
      if (Buffer.compare(first, last) > 0) {
        throw invalid(
          `Invalid ${KIND}: The BETWEEN operator requires upper bound to be greater than or equal to lower bound`,
        );
      }
      return { from: first, fromInclusive: true, to: last, toInclusive: true };
    }
    case "begins_with":
      if (key.type === "N") {
        throw invalid(
          `Invalid ${KIND}: Incorrect operand type for operator or function; operator or function: begins_with, operand type: N`,
        );
      }
      return { from: first, fromInclusive: true, to: afterEveryStartingWith(first), toInclusive: false };
  }
}

/** null when nothing comes after: the prefix is all 0xFF. */
function afterEveryStartingWith(prefix: Buffer): Buffer | null {
  let length = prefix.length;
  while (length > 0 && prefix[length - 1] === 0xff) length -= 1;
  if (length === 0) return null;
  const next = Buffer.from(prefix.subarray(0, length));
  next[length - 1] = (next[length - 1] ?? 0) + 1;
  return next;
}
