import type { OutputDocument } from "@letsdata/plugin-kit/handler";
import type { Row } from "./parquet-rows.ts";

/** An attribute that is a whole number of so many digits; false positives, as in texts, cost a second look. */
const MAYBE_LARGE = /:\s*-?[1-9]\d{15,18}\s*[,}]/;
const WHOLE = /^-?\d+$/;
const INT64 = { least: -(2n ** 63n), most: 2n ** 63n - 1n };

/** The document's attributes. Whole numbers that a double would round and 64 bits hold are BigInts, with the digits of its body. */
export function exactRow(document: OutputDocument): Row {
  const row = document.fields();
  if (!MAYBE_LARGE.test(document.body)) return row;
  try {
    return withLargeIntegers(row, JSON.parse(document.body, largeAsBigInt as Reviver) as Row | null);
  } catch {
    // Not JSON: its fields are about it, not of it.
    return row;
  }
}

/** One JSON text of rows, BigInts as the numbers they are. */
export function rowsText(rows: readonly Row[]): string {
  return `[${rows.map(rowText).join()}]`;
}

/** What `rowsText` was given. */
export function rowsOf(text: string): readonly Row[] {
  const rows = JSON.parse(text) as readonly Row[];
  if (!MAYBE_LARGE.test(text)) return rows;
  const exact = JSON.parse(text, largeAsBigInt as Reviver) as readonly Row[];
  return rows.map((row, index) => withLargeIntegers(row, exact[index]!));
}

type Reviver = (key: string, value: unknown) => unknown;

function largeAsBigInt(_: string, value: unknown, { source = "" }: { readonly source?: string }): unknown {
  if (typeof value !== "number" || Number.isSafeInteger(value) || !WHOLE.test(source)) return value;
  const exact = BigInt(source);
  return exact >= INT64.least && exact <= INT64.most ? exact : value;
}

/** Only a row's own: what is within lists and objects is written as JSON. */
function withLargeIntegers(row: Row, exact: Row | null): Row {
  if (exact === null) return row;
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [name, typeof exact[name] === "bigint" ? exact[name] : value]),
  );
}

function rowText(row: Row): string {
  const entries = Object.entries(row);
  if (!entries.some(([, value]) => typeof value === "bigint")) return JSON.stringify(row);
  const texts = entries.flatMap(([name, value]) => {
    const text = typeof value === "bigint" ? String(value) : JSON.stringify(value);
    return text === undefined ? [] : [`${JSON.stringify(name)}:${text}`];
  });
  return `{${texts.join()}}`;
}
