import type { OutputDocument } from "@letsdata/plugin-kit/handler";
import type { PreparedDocument, Unwritable } from "@letsdata/plugin-kit/writer";

export type Scalar = string | number | boolean;

/** One vector of a document, as targets store it. */
export interface VectorItem {
  /** The document's id; with `#name` where a document has several vectors. */
  readonly id: string;
  readonly vector: readonly number[];
  readonly metadata: Readonly<Record<string, Scalar>>;
}

export interface VectorShape {
  readonly numDimensions: number;
  /** Which of a document's vectors to store; all that fit when left out. */
  readonly vectorAttributeName?: string | undefined;
}

export interface PreparedVectors extends PreparedDocument {
  readonly payload: readonly VectorItem[];
  readonly key: string;
}

/** Why a target cannot take an item; null if it can. */
export type ItemFault = (item: VectorItem) => Unwritable | null;

/** The document's vectors (product.md §6.5). Those of a later document of the same id replace them. */
export function prepareVectors(
  document: OutputDocument,
  ordinal: number,
  shape: VectorShape,
  idBytesMax: number,
  faultOf: ItemFault,
): PreparedVectors | Unwritable {
  const { documentId } = document;
  if (documentId === "") return { code: "INVALID_DOCUMENT_KEY", message: "The document has no documentId." };
  const fields = document.fields();
  const vectors = fittingVectors(fields, shape);
  if (vectors.size === 0) return { code: "INVALID_VECTOR", message: missingVector(shape) };
  const metadata = scalarsOf(fields);
  const items: VectorItem[] = [];
  for (const [name, vector] of vectors) {
    const id = vectors.size === 1 ? documentId : `${documentId}#${name}`;
    const idBytes = Buffer.byteLength(id);
    if (idBytes > idBytesMax) {
      const message = `The id of the document's vector has ${idBytes} bytes; the target takes ${idBytesMax}.`;
      return { code: "INVALID_DOCUMENT_KEY", message };
    }
    const item = { id, vector, metadata };
    const fault = faultOf(item);
    if (fault) return fault;
    items.push(item);
  }
  return { document, ordinal, payload: items, bytes: Buffer.byteLength(JSON.stringify(items)), key: documentId };
}

/** By name; a name in `vectors` wins over one at top level. */
function fittingVectors(
  fields: Readonly<Record<string, unknown>>,
  { numDimensions, vectorAttributeName }: VectorShape,
): Map<string, readonly number[]> {
  const { vectors } = fields;
  const named = typeof vectors === "object" && vectors !== null && !Array.isArray(vectors) ? vectors : {};
  const candidates = Object.entries({ ...fields, ...named }).filter(
    ([name]) => vectorAttributeName === undefined || name === vectorAttributeName,
  );
  return new Map(candidates.filter((entry): entry is [string, number[]] => isVector(entry[1], numDimensions)));
}

/** Targets keep 32-bit floats: a number beyond their range is none. */
function isVector(value: unknown, length: number): value is readonly number[] {
  return (
    Array.isArray(value) &&
    value.length === length &&
    value.every((one) => typeof one === "number" && Number.isFinite(Math.fround(one)))
  );
}

function missingVector({ numDimensions, vectorAttributeName }: VectorShape): string {
  const which = vectorAttributeName === undefined ? "list" : `list ${vectorAttributeName}`;
  return `The document has no ${which} of ${numDimensions} numbers, neither in vectors nor at top level.`;
}

function scalarsOf(fields: Readonly<Record<string, unknown>>): Record<string, Scalar> {
  return Object.fromEntries(
    Object.entries(fields).filter((entry): entry is [string, Scalar] =>
      ["string", "number", "boolean"].includes(typeof entry[1]),
    ),
  );
}

/** Items of a batch in calls of at most so many; a document's own items may fall into two. */
export function inCalls(batch: readonly PreparedDocument[], itemsMax: number): readonly (readonly VectorItem[])[] {
  const items = (batch as readonly PreparedVectors[]).flatMap(({ payload }) => payload);
  return Array.from({ length: Math.ceil(items.length / itemsMax) }, (_, call) =>
    items.slice(call * itemsMax, (call + 1) * itemsMax),
  );
}
