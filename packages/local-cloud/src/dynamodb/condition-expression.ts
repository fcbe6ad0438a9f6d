import {
  type AttributeType,
  type AttributeValue,
  type Item,
  invalid,
  membersOf,
  sameValue,
  sizeOfValue,
  sortableBytes,
  typeOf,
} from "./attribute-value.ts";
import { valueAt } from "./document-path.ts";
import type { DocumentPath, ExpressionKind, ExpressionScope } from "./expression-scope.ts";
import { ExpressionTokens } from "./expression-tokens.ts";

export type Condition = (item: Item) => boolean;
type Operand = (item: Item) => AttributeValue | undefined;

const COMPARATORS = ["=", "<>", "<", "<=", ">", ">="] as const;
type Comparator = (typeof COMPARATORS)[number];
const IN_OPERANDS_MAX = 100;

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.OperatorsAndFunctions.html */
export function parseCondition(kind: ExpressionKind, text: string, scope: ExpressionScope): Condition {
  const tokens = new ExpressionTokens(kind, text, scope);
  const condition = anyOf(tokens);
  tokens.expectEnd();
  return condition;
}

function anyOf(tokens: ExpressionTokens): Condition {
  const first = allOf(tokens);
  if (!tokens.accept("OR")) return first;
  const rest = anyOf(tokens);
  return (item) => first(item) || rest(item);
}

function allOf(tokens: ExpressionTokens): Condition {
  const first = negated(tokens);
  if (!tokens.accept("AND")) return first;
  const rest = allOf(tokens);
  return (item) => first(item) && rest(item);
}

function negated(tokens: ExpressionTokens): Condition {
  if (!tokens.accept("NOT")) return single(tokens);
  const inner = negated(tokens);
  return (item) => !inner(item);
}

function single(tokens: ExpressionTokens): Condition {
  if (tokens.accept("(")) {
    const inner = anyOf(tokens);
    tokens.expect(")");
    return inner;
  }
  if (tokens.peek(1) === "(" && tokens.peek() !== "size") return functionCall(tokens);
  const left = operand(tokens);
  if (tokens.accept("BETWEEN")) {
    const low = operand(tokens);
    tokens.expect("AND");
    const high = operand(tokens);
    return (item) => compare(">=", left(item), low(item)) && compare("<=", left(item), high(item));
  }
  if (tokens.accept("IN")) {
    tokens.expect("(");
    const choices = [operand(tokens)];
    while (tokens.accept(",")) choices.push(operand(tokens));
    tokens.expect(")");
    if (choices.length > IN_OPERANDS_MAX) {
      throw invalid(
        `Invalid ${tokens.kind}: Maximum number of operands exceeded for operator or function: IN, operand count: ${choices.length}`,
      );
    }
    return (item) => choices.some((choice) => compare("=", left(item), choice(item)));
  }
  const comparator = COMPARATORS.find((entry) => entry === tokens.peek());
  if (!comparator) throw tokens.syntaxError();
  tokens.take();
  const right = operand(tokens);
  return (item) => compare(comparator, left(item), right(item));
}

function operand(tokens: ExpressionTokens): Operand {
  if (tokens.peek() === "size" && tokens.peek(1) === "(") {
    tokens.take();
    tokens.expect("(");
    const path = tokens.path();
    tokens.expect(")");
    return (item) => sizeAt(item, path);
  }
  if (tokens.peek().startsWith(":")) {
    const value = tokens.scope.value(tokens.kind, tokens.take());
    return () => value;
  }
  const path = tokens.path();
  return (item) => valueAt(item, path);
}

function functionCall(tokens: ExpressionTokens): Condition {
  const name = tokens.take();
  tokens.expect("(");
  const condition = functionOf(name, tokens);
  tokens.expect(")");
  return condition;
}

function functionOf(name: string, tokens: ExpressionTokens): Condition {
  const secondOperand = () => {
    tokens.expect(",");
    return operand(tokens);
  };
  switch (name) {
    case "attribute_exists": {
      const path = tokens.path();
      return (item) => valueAt(item, path) !== undefined;
    }
    case "attribute_not_exists": {
      const path = tokens.path();
      return (item) => valueAt(item, path) === undefined;
    }
    case "attribute_type": {
      const path = tokens.path();
      const type = secondOperand()({});
      if (!type || !("S" in type)) {
        throw invalid(
          `Invalid ${tokens.kind}: Incorrect operand type for operator or function; operator or function: attribute_type, operand type: ${type ? typeOf(type) : "PATH"}`,
        );
      }
      return (item) => {
        const value = valueAt(item, path);
        return value !== undefined && typeOf(value) === (type.S as AttributeType);
      };
    }
    case "begins_with": {
      const left = operand(tokens);
      const right = secondOperand();
      return (item) => beginsWith(left(item), right(item));
    }
    case "contains": {
      const left = operand(tokens);
      const right = secondOperand();
      return (item) => contains(left(item), right(item));
    }
    default:
      throw invalid(`Invalid ${tokens.kind}: Invalid function name; function: ${name}`);
  }
}

/** Values of different types are never smaller or larger than each other. */
function compare(comparator: Comparator, left: AttributeValue | undefined, right: AttributeValue | undefined): boolean {
  if (!left || !right) return comparator === "<>" && left !== right;
  if (comparator === "=") return sameValue(left, right);
  if (comparator === "<>") return !sameValue(left, right);
  if (typeOf(left) !== typeOf(right)) return false;
  const a = sortableBytes(left);
  const b = sortableBytes(right);
  if (!a || !b) return false;
  const order = Buffer.compare(a, b);
  if (comparator === "<") return order < 0;
  if (comparator === "<=") return order <= 0;
  return comparator === ">" ? order > 0 : order >= 0;
}

function beginsWith(value: AttributeValue | undefined, prefix: AttributeValue | undefined): boolean {
  if (!value || !prefix) return false;
  if ("S" in value && "S" in prefix) return value.S.startsWith(prefix.S);
  if (!("B" in value && "B" in prefix)) return false;
  const start = Buffer.from(prefix.B, "base64");
  return Buffer.from(value.B, "base64").subarray(0, start.length).equals(start);
}

function contains(value: AttributeValue | undefined, part: AttributeValue | undefined): boolean {
  if (!value || !part) return false;
  if ("S" in value) return "S" in part && value.S.includes(part.S);
  if ("B" in value) return "B" in part && Buffer.from(value.B, "base64").includes(Buffer.from(part.B, "base64"));
  if ("L" in value) return value.L.some((entry) => sameValue(entry, part));
  const members = membersOf(value);
  return members !== null && typeOf(value) === `${typeOf(part)}S` && members.includes(String(Object.values(part)[0]));
}

function sizeAt(item: Item, path: DocumentPath): AttributeValue | undefined {
  const value = valueAt(item, path);
  if (!value) return undefined;
  if ("S" in value || "B" in value) return { N: String(sizeOfValue(value)) };
  if ("L" in value) return { N: String(value.L.length) };
  if ("M" in value) return { N: String(Object.keys(value.M).length) };
  const members = membersOf(value);
  return members ? { N: String(members.length) } : undefined;
}
