import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import type { OutputDocument } from "@letsdata/plugin-kit/handler";
import type { Attributes } from "../dynamodb-plain-json.ts";

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html */
const NESTING_MAX = 32;
const NUMBER_DIGITS_MAX = 38;
const NUMBER_EXPONENTS = { least: -130, most: 125 };
/** Sixteen digits in a row, wherever the point stands among them. */
const MAYBE_MORE_DIGITS_THAN_A_DOUBLE = /\d(?:\.?\d){15}/;

/** Thrown for a value DynamoDB cannot hold. `message` names the attribute, never the value. */
export class UnstorableValue extends Error {}

/** Digits a double would lose. */
class Digits {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** The document's fields as attributes; numbers keep the digits they have in its body. Throws UnstorableValue. */
export function attributesOf(document: OutputDocument): Attributes {
  return Object.fromEntries(
    Object.entries(exactFields(document))
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => {
        if (name === "") throw new UnstorableValue("an attribute has no name");
        return [name, attributeValue(value, name, 1)];
      }),
  );
}

function exactFields(document: OutputDocument): Readonly<Record<string, unknown>> {
  if (!MAYBE_MORE_DIGITS_THAN_A_DOUBLE.test(document.body)) return document.fields();
  try {
    const fields: unknown = JSON.parse(document.body, withDigits as (key: string, value: unknown) => unknown);
    if (typeof fields === "object" && fields !== null && !Array.isArray(fields)) {
      return fields as Readonly<Record<string, unknown>>;
    }
  } catch {
    // Not JSON: fields() says what there is to store.
  }
  return document.fields();
}

function withDigits(_: string, value: unknown, { source }: { readonly source?: string }): unknown {
  return typeof value === "number" && source !== undefined && source !== String(value) ? new Digits(source) : value;
}

function attributeValue(value: unknown, name: string, level: number): AttributeValue {
  if (level > NESTING_MAX) throw new UnstorableValue(`${name} is nested deeper than ${NESTING_MAX} levels`);
  switch (typeof value) {
    case "string":
      return { S: value };
    case "number":
    case "bigint":
      return { N: storableNumber(String(value), name) };
    case "boolean":
      return { BOOL: value };
    case "object":
      if (value === null) return { NULL: true };
      if (value instanceof Digits) return { N: storableNumber(value.text, name) };
      if (value instanceof Uint8Array) return { B: value };
      if (Array.isArray(value)) return { L: value.map((one) => attributeValue(one ?? null, name, level + 1)) };
      return {
        M: Object.fromEntries(
          Object.entries(value)
            .filter(([, inner]) => inner !== undefined)
            .map(([key, inner]) => [key, attributeValue(inner, name, level + 1)]),
        ),
      };
    default:
      throw new UnstorableValue(`${name} has a value of the type ${typeof value}`);
  }
}

function storableNumber(text: string, name: string): string {
  const { digits, exponent } = numberParts(text, name);
  const { least, most } = NUMBER_EXPONENTS;
  if (digits.length > NUMBER_DIGITS_MAX) {
    throw new UnstorableValue(`${name} is a number with more than ${NUMBER_DIGITS_MAX} digits`);
  }
  if (digits !== "" && (exponent < least || exponent > most)) {
    throw new UnstorableValue(`${name} is a number beyond DynamoDB's range`);
  }
  return text;
}

/** Significant digits, and the power of ten of the first of them; zero has no digits. */
function numberParts(text: string, name = "") {
  const found = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text);
  if (!found) throw new UnstorableValue(`${name} is no finite number`);
  const [, sign = "", whole = "", fraction = "", power = "0"] = found;
  const all = whole + fraction;
  const leadingZeros = /^0*/.exec(all)![0].length;
  return {
    isNegative: sign === "-",
    digits: all.slice(leadingZeros).replace(/0+$/, ""),
    exponent: whole.length - 1 - leadingZeros + Number(power),
  };
}

/** The same text for the same key, however a number is written. */
export function keyText({ S, N, B }: AttributeValue): string {
  if (S !== undefined) return `S${S}`;
  if (B !== undefined) return `B${Buffer.from(B).toString("base64")}`;
  const { isNegative, digits, exponent } = numberParts(N ?? "");
  return digits === "" ? "N0" : `N${isNegative ? "-" : ""}${digits}e${exponent}`;
}

/**
 * Bytes as DynamoDB counts them against 400 KB:
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
 */
export function itemBytes(attributes: Attributes): number {
  let bytes = 0;
  for (const name in attributes) bytes += Buffer.byteLength(name) + valueBytes(attributes[name]!);
  return bytes;
}

export function valueBytes(value: AttributeValue): number {
  if (value.S !== undefined) return Buffer.byteLength(value.S);
  if (value.N !== undefined) {
    const { digits, isNegative } = numberParts(value.N);
    return Math.ceil(digits.length / 2) + 1 + (isNegative ? 1 : 0);
  }
  if (value.B !== undefined) return value.B.length;
  if (value.L !== undefined) return value.L.reduce((sum, one) => sum + 1 + valueBytes(one), 3);
  if (value.M !== undefined) return 3 + Object.keys(value.M).length + itemBytes(value.M);
  return 1;
}
