import { isIPv4 } from "node:net";
import type { PolicyCondition } from "./policy-document.ts";
import type { ConditionContext } from "./requirement.ts";
import { matchesArn, matchesWildcard } from "./wildcard.ts";

type Test = (actual: string, wanted: string) => boolean;

/** All conditions of a statement must hold. */
export function conditionsHold(
  conditions: readonly PolicyCondition[],
  context: ConditionContext,
  version: string,
): boolean {
  return conditions.every((condition) => conditionHolds(condition, context, version));
}

function conditionHolds(condition: PolicyCondition, context: ConditionContext, version: string): boolean {
  let operator = condition.operator;
  const ifExists = operator.endsWith("IfExists");
  if (ifExists) operator = operator.slice(0, -"IfExists".length);
  const set = operator.startsWith("ForAnyValue:") ? "any" : operator.startsWith("ForAllValues:") ? "all" : null;
  if (set) operator = operator.slice(operator.indexOf(":") + 1);

  const actual = context.get(condition.key.toLowerCase());
  const exists = actual !== undefined && actual.length > 0;
  if (operator === "Null") return condition.values.some((wanted) => (wanted.toLowerCase() === "true") === !exists);

  const negated = /Not/.test(operator);
  if (!exists) return ifExists || set === "all" || (negated && set !== "any");

  const test = testOf(operator.replace("Not", ""));
  const wantedValues = condition.values.map((value) => substituteVariables(value, context, version));
  // A negated operator holds for a value when it matches none of the wanted ones (NOR).
  const holdsFor = (value: string) => {
    const some = wantedValues.some((wanted) => wanted !== null && test(value, wanted));
    return negated ? !some : some;
  };
  return set === "any" ? actual.some(holdsFor) : actual.every(holdsFor);
}

function testOf(operator: string): Test {
  switch (operator) {
    case "StringEquals":
    case "BinaryEquals":
      return (actual, wanted) => actual === literal(wanted);
    case "StringEqualsIgnoreCase":
      return (actual, wanted) => actual.toLowerCase() === literal(wanted).toLowerCase();
    case "StringLike":
      return (actual, wanted) => matchesWildcard(wanted, actual);
    // In AWS ArnEquals and ArnLike behave the same.
    case "ArnEquals":
    case "ArnLike":
      return (actual, wanted) => matchesArn(wanted, actual);
    case "Bool":
      return (actual, wanted) => actual.toLowerCase() === wanted.toLowerCase();
    case "IpAddress":
      return inAddressRange;
    case "NumericEquals":
      return compare(Number, (a, b) => a === b);
    case "NumericLessThan":
      return compare(Number, (a, b) => a < b);
    case "NumericLessThanEquals":
      return compare(Number, (a, b) => a <= b);
    case "NumericGreaterThan":
      return compare(Number, (a, b) => a > b);
    case "NumericGreaterThanEquals":
      return compare(Number, (a, b) => a >= b);
    case "DateEquals":
      return compare(toTime, (a, b) => a === b);
    case "DateLessThan":
      return compare(toTime, (a, b) => a < b);
    case "DateLessThanEquals":
      return compare(toTime, (a, b) => a <= b);
    case "DateGreaterThan":
      return compare(toTime, (a, b) => a > b);
    case "DateGreaterThanEquals":
      return compare(toTime, (a, b) => a >= b);
    default:
      return () => false;
  }
}

function literal(text: string): string {
  return text.replaceAll(/\$\{[*?$]\}/g, (escaped) => escaped.slice(2, 3));
}

function compare(toNumber: (text: string) => number, test: (a: number, b: number) => boolean): Test {
  return (actual, wanted) => {
    const [a, b] = [toNumber(actual), toNumber(wanted)];
    return !Number.isNaN(a) && !Number.isNaN(b) && test(a, b);
  };
}

function toTime(text: string): number {
  return /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text);
}

function inAddressRange(actual: string, range: string): boolean {
  const [base, bitsText] = range.split("/");
  if (!base || !isIPv4(actual) || !isIPv4(base)) return actual === range;
  const bits = bitsText === undefined ? 32 : Number(bitsText);
  const mask = bits === 0 ? 0 : (0xffffffff << (32 - bits)) >>> 0;
  return (ipv4ToNumber(actual) & mask) >>> 0 === (ipv4ToNumber(base) & mask) >>> 0;
}

function ipv4ToNumber(address: string): number {
  return address.split(".").reduce((sum, part) => (sum * 256 + Number(part)) >>> 0, 0);
}

/** `${aws:username}` and `${key, 'default'}`; null when a variable has no value, which matches nothing. */
export function substituteVariables(text: string, context: ConditionContext, version: string): string | null {
  if (version !== "2012-10-17" || !text.includes("${")) return text;
  let missing = false;
  const result = text.replace(/\$\{([^}]*)\}/g, (whole, inner: string) => {
    if (inner === "*" || inner === "?" || inner === "$") return whole;
    const [name = "", fallback] = inner.split(",").map((part) => part.trim());
    const values = context.get(name.toLowerCase());
    if (values?.length === 1 && values[0] !== undefined) {
      // A star in a caller's name must not become a wildcard.
      return values[0].replaceAll(/[*?]/g, (char) => `\${${char}}`);
    }
    if (fallback?.startsWith("'")) return fallback.slice(1, -1);
    missing = true;
    return "";
  });
  return missing ? null : result;
}
