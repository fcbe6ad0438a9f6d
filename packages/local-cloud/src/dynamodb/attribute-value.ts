import { AwsError } from "../server/aws-error.ts";
import { formatNumber, parseNumber, sortableNumber } from "./numbers.ts";

/** As on the wire; numbers normalised, bytes base64. */
export type AttributeValue =
  | { readonly S: string }
  | { readonly N: string }
  | { readonly B: string }
  | { readonly BOOL: boolean }
  | { readonly NULL: true }
  | { readonly SS: readonly string[] }
  | { readonly NS: readonly string[] }
  | { readonly BS: readonly string[] }
  | { readonly L: readonly AttributeValue[] }
  | { readonly M: Item };

export type Item = Readonly<Record<string, AttributeValue>>;
export type AttributeType = "S" | "N" | "B" | "BOOL" | "NULL" | "SS" | "NS" | "BS" | "L" | "M";

const TYPES: readonly AttributeType[] = ["S", "N", "B", "BOOL", "NULL", "SS", "NS", "BS", "L", "M"];
const NESTING_MAX = 32;
const ATTRIBUTE_NAME_BYTES_MAX = 65_535;

export function invalid(message: string): AwsError {
  return new AwsError("ValidationException", message, 400);
}

export function readItem(raw: unknown, depth = 0): Item {
  if (typeof raw !== "object" || raw === null || Array.isArray(raw)) {
    throw new AwsError("SerializationException", "Expected a map of attribute values", 400);
  }
  const item: Record<string, AttributeValue> = Object.create(null) as Record<string, AttributeValue>;
  for (const name in raw) {
    if (name === "" && depth === 0) throw invalid("Empty attribute name");
    if (name.length > ATTRIBUTE_NAME_BYTES_MAX) {
      throw invalid("One or more parameter values were invalid: Attribute name is too large, must be less than 64KB");
    }
    item[name] = readValue((raw as Record<string, unknown>)[name], depth + 1);
  }
  return item;
}

export function readValue(raw: unknown, depth = 1): AttributeValue {
  if (typeof raw !== "object" || raw === null || Array.isArray(raw)) {
    throw new AwsError("SerializationException", "Expected an attribute value", 400);
  }
  if (depth > NESTING_MAX) throw invalid("Nesting Levels have exceeded supported limits");
  const members = Object.entries(raw).filter(([, value]) => value !== undefined && value !== null);
  const [first, second] = members;
  if (!first || !TYPES.includes(first[0] as AttributeType)) {
    throw invalid("Supplied AttributeValue is empty, must contain exactly one of the supported datatypes");
  }
  if (second) {
    throw invalid(
      "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes",
    );
  }
  const [type, value] = first as [AttributeType, unknown];
  switch (type) {
    case "S":
      return { S: text(value) };
    case "N":
      return { N: number(value) };
    case "B":
      return { B: base64(value) };
    case "BOOL":
      if (typeof value !== "boolean") throw new AwsError("SerializationException", "BOOL must be a boolean", 400);
      return { BOOL: value };
    case "NULL":
      if (value !== true) {
        throw invalid(
          "One or more parameter values were invalid: Null attribute value types must have the value of true",
        );
      }
      return { NULL: true };
    case "SS":
      return { SS: set("string", list(value).map(text)) };
    case "NS":
      return { NS: set("number", list(value).map(number)) };
    case "BS":
      return { BS: set("binary", list(value).map(base64)) };
    case "L":
      return { L: list(value).map((entry) => readValue(entry, depth + 1)) };
    case "M":
      return { M: readItem(value, depth) };
  }
}

function text(value: unknown): string {
  if (typeof value !== "string") throw new AwsError("SerializationException", "Expected a string", 400);
  return value;
}

function number(value: unknown): string {
  return formatNumber(parseNumber(text(value)));
}

function base64(value: unknown): string {
  const encoded = text(value);
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(encoded) || encoded.length % 4 !== 0) {
    throw new AwsError("SerializationException", "Expected base64", 400);
  }
  return encoded;
}

function list(value: unknown): unknown[] {
  if (!Array.isArray(value)) throw new AwsError("SerializationException", "Expected a list", 400);
  return value;
}

function set(kind: string, members: string[]): string[] {
  if (members.length === 0) {
    throw invalid(`One or more parameter values were invalid: An ${kind} set  may not be empty`);
  }
  if (new Set(members).size !== members.length) {
    throw invalid(
      `One or more parameter values were invalid: Input collection [${members.join(", ")}] contains duplicates.`,
    );
  }
  return members;
}

export function typeOf(value: AttributeValue): AttributeType {
  for (const type in value) return type as AttributeType;
  throw new Error("an attribute value without a type");
}

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html */
export function sizeOfItem(item: Item): number {
  let size = 0;
  for (const name in item) size += Buffer.byteLength(name) + sizeOfValue(item[name] as AttributeValue);
  return size;
}

export function sizeOfValue(value: AttributeValue): number {
  if ("S" in value) return Buffer.byteLength(value.S);
  if ("N" in value) return sizeOfNumber(value.N);
  if ("B" in value) return Buffer.byteLength(value.B, "base64");
  if ("SS" in value) return value.SS.reduce((sum, member) => sum + Buffer.byteLength(member), 0);
  if ("NS" in value) return value.NS.reduce((sum, member) => sum + sizeOfNumber(member), 0);
  if ("BS" in value) return value.BS.reduce((sum, member) => sum + Buffer.byteLength(member, "base64"), 0);
  if ("L" in value) return value.L.reduce((sum, member) => sum + 1 + sizeOfValue(member), 3);
  if ("M" in value) return 3 + Object.keys(value.M).length + sizeOfItem(value.M);
  return 1;
}

function sizeOfNumber(number: string): number {
  const { digits, negative } = parseNumber(number);
  return 1 + Math.ceil(digits.length / 2) + (negative ? 1 : 0);
}

/** Bytes that sort as DynamoDB sorts values of this one type. */
export function sortableBytes(value: AttributeValue): Buffer | null {
  if ("S" in value) return Buffer.from(value.S);
  if ("N" in value) return sortableNumber(value.N);
  if ("B" in value) return Buffer.from(value.B, "base64");
  return null;
}

/** Sets are the same in any order. */
export function sameValue(left: AttributeValue, right: AttributeValue): boolean {
  const type = typeOf(left);
  if (type !== typeOf(right)) return false;
  if ("M" in left && "M" in right) return sameItem(left.M, right.M);
  if ("L" in left && "L" in right) {
    const other = right.L;
    return left.L.length === other.length && left.L.every((entry, at) => sameValue(entry, other[at] as AttributeValue));
  }
  const mine = membersOf(left);
  const others = membersOf(right);
  if (mine && others) return mine.length === others.length && mine.every((member) => others.includes(member));
  return Object.values(left)[0] === Object.values(right)[0];
}

export function sameItem(left: Item, right: Item): boolean {
  const names = Object.keys(left);
  return (
    names.length === Object.keys(right).length &&
    names.every((name) => {
      const other = right[name];
      return other !== undefined && sameValue(left[name] as AttributeValue, other);
    })
  );
}

/** Members of a set; null for every other type. */
export function membersOf(value: AttributeValue): readonly string[] | null {
  if ("SS" in value) return value.SS;
  if ("NS" in value) return value.NS;
  return "BS" in value ? value.BS : null;
}
