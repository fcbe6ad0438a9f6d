import type { JsonInput } from "../server/json-protocol.ts";
import { type AttributeValue, invalid, readItem } from "./attribute-value.ts";
import { isReservedWord } from "./reserved-words.ts";

export type ExpressionKind =
  | "ConditionExpression"
  | "FilterExpression"
  | "KeyConditionExpression"
  | "ProjectionExpression"
  | "UpdateExpression";

/** Attribute name, then names in maps and places in lists. */
export type DocumentPath = readonly (string | number)[];

/** ExpressionAttributeNames and -Values of one request, and which of them its expressions used. */
export class ExpressionScope {
  readonly #names: Readonly<Record<string, string>>;
  readonly #values: Readonly<Record<string, AttributeValue>>;
  readonly #unused: { readonly names: Set<string>; readonly values: Set<string> };

  constructor(input: JsonInput) {
    this.#names = input.map("ExpressionAttributeNames");
    this.#values = input.has("ExpressionAttributeValues") ? readItem(input.value("ExpressionAttributeValues")) : {};
    this.#unused = { names: new Set(Object.keys(this.#names)), values: new Set(Object.keys(this.#values)) };
    for (const placeholder of this.#unused.names) {
      if (!/^#\w+$/.test(placeholder)) {
        throw invalid(`ExpressionAttributeNames contains invalid key: Syntax error; key: "${placeholder}"`);
      }
    }
    for (const placeholder of this.#unused.values) {
      if (!/^:\w+$/.test(placeholder)) {
        throw invalid(`ExpressionAttributeValues contains invalid key: Syntax error; key: "${placeholder}"`);
      }
    }
  }

  name(kind: ExpressionKind, token: string): string {
    if (!token.startsWith("#")) {
      if (isReservedWord(token)) {
        throw invalid(`Invalid ${kind}: Attribute name is a reserved keyword; reserved keyword: ${token}`);
      }
      return token;
    }
    const name = this.#names[token];
    if (name === undefined) {
      throw invalid(
        `Invalid ${kind}: An expression attribute name used in the document path is not defined; attribute name: ${token}`,
      );
    }
    this.#unused.names.delete(token);
    return name;
  }

  value(kind: ExpressionKind, token: string): AttributeValue {
    const value = this.#values[token];
    if (value === undefined) {
      throw invalid(
        `Invalid ${kind}: An expression attribute value used in expression is not defined; attribute value: ${token}`,
      );
    }
    this.#unused.values.delete(token);
    return value;
  }

  /** To be called when every expression of the request was read. */
  refuseUnused(): void {
    const { names, values } = this.#unused;
    if (names.size > 0) {
      throw invalid(
        `Value provided in ExpressionAttributeNames unused in expressions: keys: {${[...names].join(", ")}}`,
      );
    }
    if (values.size > 0) {
      throw invalid(
        `Value provided in ExpressionAttributeValues unused in expressions: keys: {${[...values].join(", ")}}`,
      );
    }
  }
}
