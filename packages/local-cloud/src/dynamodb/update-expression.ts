import { type AttributeValue, type Item, invalid, membersOf, typeOf } from "./attribute-value.ts";
import { valueAt, withValueAt } from "./document-path.ts";
import type { DocumentPath, ExpressionScope } from "./expression-scope.ts";
import { ExpressionTokens } from "./expression-tokens.ts";
import { addNumbers } from "./numbers.ts";

export interface Update {
  /** Top-level attributes it touches. */
  readonly attributes: ReadonlySet<string>;
  /** Every operand is read from the item as it was before. */
  apply(item: Item): Item;
}

type Operand = (before: Item) => AttributeValue;
interface Action {
  readonly path: DocumentPath;
  /** undefined removes. */
  value(before: Item): AttributeValue | undefined;
}

const CLAUSES = ["SET", "REMOVE", "ADD", "DELETE"];
const KIND = "UpdateExpression";

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.UpdateExpressions.html */
export function parseUpdate(text: string, scope: ExpressionScope): Update {
  const tokens = new ExpressionTokens(KIND, text, scope);
  const actions: Action[] = [];
  const seen = new Set<string>();
  while (!tokens.done) {
    const clause = tokens.take().toUpperCase();
    if (!CLAUSES.includes(clause)) throw tokens.syntaxError();
    if (seen.has(clause)) {
      throw invalid(`Invalid ${KIND}: The "${clause}" section can only be used once in an update expression;`);
    }
    seen.add(clause);
    do actions.push(readAction(clause, tokens));
    while (tokens.accept(","));
  }
  refuseOverlaps(actions);
  const inLists = actions.filter(({ path }) => typeof path.at(-1) === "number").length > 1;
  return {
    attributes: new Set(actions.map(({ path }) => String(path[0]))),
    apply(before) {
      const changes = actions.map((action) => ({ path: action.path, value: action.value(before) }));
      // From the back, so that removing an entry of a list does not move the next one.
      if (inLists) changes.sort((a, b) => lastStep(b.path) - lastStep(a.path));
      return changes.reduce((item, { path, value }) => withValueAt(item, path, value), before);
    },
  };
}

function lastStep(path: DocumentPath): number {
  const step = path.at(-1);
  return typeof step === "number" ? step : -1;
}

function readAction(clause: string, tokens: ExpressionTokens): Action {
  const path = tokens.path();
  if (clause === "REMOVE") return { path, value: () => undefined };
  if (clause === "SET") {
    tokens.expect("=");
    const value = sum(tokens);
    return { path, value };
  }
  if (!tokens.peek().startsWith(":")) throw tokens.syntaxError();
  const change = tokens.scope.value(KIND, tokens.take());
  const combine = clause === "ADD" ? added : without;
  return { path, value: (before) => combine(valueAt(before, path), change) };
}

function sum(tokens: ExpressionTokens): Operand {
  const left = operand(tokens);
  const sign = tokens.accept("+") ? 1n : tokens.accept("-") ? -1n : null;
  if (sign === null) return left;
  const right = operand(tokens);
  return (before) => {
    const a = left(before);
    const b = right(before);
    if (!("N" in a && "N" in b)) throw wrongType(`operator or function: ${sign === 1n ? "+" : "-"}`, "N" in a ? b : a);
    return { N: addNumbers(a.N, b.N, sign) };
  };
}

function operand(tokens: ExpressionTokens): Operand {
  if (tokens.peek(1) === "(") return functionCall(tokens);
  if (tokens.accept("(")) {
    const inner = sum(tokens);
    tokens.expect(")");
    return inner;
  }
  if (tokens.peek().startsWith(":")) {
    const value = tokens.scope.value(KIND, tokens.take());
    return () => value;
  }
  const path = tokens.path();
  return (before) => {
    const value = valueAt(before, path);
    if (!value) throw invalid("The provided expression refers to an attribute that does not exist in the item");
    return value;
  };
}

function functionCall(tokens: ExpressionTokens): Operand {
  const name = tokens.take();
  tokens.expect("(");
  if (name === "if_not_exists") {
    const path = tokens.path();
    tokens.expect(",");
    const otherwise = operand(tokens);
    tokens.expect(")");
    return (before) => valueAt(before, path) ?? otherwise(before);
  }
  if (name !== "list_append") throw invalid(`Invalid ${KIND}: Invalid function name; function: ${name}`);
  const left = operand(tokens);
  tokens.expect(",");
  const right = operand(tokens);
  tokens.expect(")");
  return (before) => {
    const a = left(before);
    const b = right(before);
    if (!("L" in a && "L" in b)) throw wrongType("operator or function: list_append", "L" in a ? b : a);
    return { L: [...a.L, ...b.L] };
  };
}

function added(current: AttributeValue | undefined, change: AttributeValue): AttributeValue {
  const members = membersOf(change);
  if (!("N" in change) && !members) throw wrongType("operator: ADD", change);
  if (!current) return change;
  if ("N" in change && "N" in current) return { N: addNumbers(current.N, change.N, 1n) };
  const mine = membersOf(current);
  if (!mine || !members || typeOf(current) !== typeOf(change)) {
    throw invalid("An operand in the update expression has an incorrect data type");
  }
  return setOf(current, [...new Set([...mine, ...members])]);
}

function without(current: AttributeValue | undefined, change: AttributeValue): AttributeValue | undefined {
  const members = membersOf(change);
  if (!members) throw wrongType("operator: DELETE", change);
  if (!current) return undefined;
  const mine = membersOf(current);
  if (!mine || typeOf(current) !== typeOf(change)) {
    throw invalid("An operand in the update expression has an incorrect data type");
  }
  const left = mine.filter((member) => !members.includes(member));
  return left.length > 0 ? setOf(current, left) : undefined;
}

function setOf(like: AttributeValue, members: readonly string[]): AttributeValue {
  if ("NS" in like) return { NS: members };
  return "BS" in like ? { BS: members } : { SS: members };
}

function wrongType(where: string, value: AttributeValue): Error {
  return invalid(
    `Invalid ${KIND}: Incorrect operand type for operator or function; ${where}, operand type: ${typeOf(value)}`,
  );
}

function refuseOverlaps(actions: readonly Action[]): void {
  const show = (path: DocumentPath) =>
    `[${path.map((step) => (typeof step === "number" ? `[${step}]` : step)).join(", ")}]`;
  for (const [at, { path }] of actions.entries()) {
    for (const other of actions.slice(at + 1)) {
      const length = Math.min(path.length, other.path.length);
      if (path.slice(0, length).every((step, index) => step === other.path[index])) {
        throw invalid(
          `Invalid ${KIND}: Two document paths overlap with each other; must remove or rewrite one of these paths; path one: ${show(path)}, path two: ${show(other.path)}`,
        );
      }
    }
  }
}
