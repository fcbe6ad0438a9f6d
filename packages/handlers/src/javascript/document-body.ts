/** A document object of a handler: published class, plain object or own class. Hosts read fields, else getters. */
export type HandlerDocument = Readonly<Record<string, unknown>>;

export function read(object: HandlerDocument, field: string, getter: string): unknown {
  const value = object[field];
  if (value !== undefined) return value;
  const method = object[getter];
  return typeof method === "function" ? (method as () => unknown).call(object) : undefined;
}

/** Thrown while a document is prepared: it becomes an INVALID_DOCUMENT error record. */
export class UnusableDocument extends Error {}

export function textOrNull(value: unknown, name: string): string | null {
  if (value === null || value === undefined) return null;
  if (typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "boolean" || typeof value === "bigint") return String(value);
  throw new UnusableDocument(`the document's ${name} is no text`);
}

/**
 * One flat JSON object of envelope and documentKeyValuesMap (product.md §4.2); the map's attributes win over the envelope's.
 * The map's JSON is appended to the envelope's as text: copying its attributes into another object would cost as much as serialising
 * them. JSON.stringify leaves out what is undefined.
 */
export function flatBody(
  documentId: string | null,
  recordType: string | null,
  partitionKey: string | null,
  metadata: unknown,
  keyValues: unknown,
): string {
  const map = (keyValues instanceof Map ? Object.fromEntries(keyValues) : (keyValues ?? {})) as Record<string, unknown>;
  if (typeof map !== "object" || Array.isArray(map)) throw new UnusableDocument("documentKeyValuesMap is no object");
  const envelope = JSON.stringify({
    documentId: map.documentId === undefined ? (documentId ?? undefined) : undefined,
    recordType: map.recordType === undefined ? (recordType ?? undefined) : undefined,
    partitionKey: map.partitionKey === undefined ? (partitionKey ?? undefined) : undefined,
    documentMetadata: map.documentMetadata === undefined ? metadataOf(metadata) : undefined,
  });
  const rest = JSON.stringify(map);
  if (rest === undefined || rest[0] !== "{") throw new UnusableDocument("documentKeyValuesMap is no object");
  if (envelope === "{}") return rest;
  return rest === "{}" ? envelope : `${envelope.slice(0, -1)},${rest.slice(1)}`;
}

function metadataOf(metadata: unknown): unknown {
  return metadata instanceof Map ? Object.fromEntries(metadata) : (metadata ?? undefined);
}
