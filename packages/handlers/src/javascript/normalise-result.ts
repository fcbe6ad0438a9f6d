import type { ErrorDocument, HandlerResult, OffsetMap } from "@letsdata/plugin-kit/handler";
import { ParsedDocument } from "../parsed-document.ts";
import { describeThrown } from "./describe-thrown.ts";
import { flatBody, type HandlerDocument, read, textOrNull, UnusableDocument } from "./document-body.ts";
import {
  hasValues,
  isDocument,
  isResult,
  nameOf,
  noResult,
  unwritten,
} from "./support-tree/letsdata_handler/plain-documents.js";

const messageLengthMax = 8000;

/** What `parseDocument` returned as a result of the engine (product.md §4.2). `position` is the record's place in its source. */
export function normaliseResult(returned: unknown, taskId: string, position: number | string): HandlerResult {
  try {
    const result = returned as HandlerDocument | null | undefined;
    const status = result ? read(result, "status", "getStatus") : null;
    if (!result || (typeof status !== "string" && !isResult(result))) {
      return invalid(`The handler ${noResult(returned)}.`);
    }
    const returnedDocument = read(result, "document", "getDocument") as HandlerDocument | null | undefined;
    const { document, partErrors } = takeApart(returnedDocument);
    const type = document ? read(document, "documentType", "getDocumentType") : null;
    if (status === "ERROR" || type === "ErrorDoc") {
      const error = errorDocument(document ?? {});
      return { kind: "error", error: partErrors.length === 0 ? error : { ...error, parts: partErrors } };
    }
    if (status === "SKIP" || type === "SkipDoc") return skip(document ? skipReason(document) : null, partErrors);
    if (document === null || document === undefined) return skip(null, partErrors);
    if (typeof document !== "object") return invalid(`The handler's document is a ${typeof document}, not a Document.`);
    const output = outputDocument(document, taskId, position);
    if (output.body === "{}" && !isDocument(document)) {
      return invalid(`The handler's document is ${nameOf(document)}, not a Document.`);
    }
    const lost = unwritten(document);
    if (lost.length > 0) return invalid(lostAttributes(lost));
    return partErrors.length === 0
      ? { kind: "document", document: output }
      : { kind: "document", document: output, partErrors };
  } catch (thrown) {
    const reason = thrown instanceof UnusableDocument ? thrown.message : describeThrown(thrown).text;
    return invalid(`The document cannot be serialised: ${reason}`);
  }
}

/** A composite is its document, null where it has none, and the errors of its parts; anything else is itself. */
function takeApart(returned: HandlerDocument | null | undefined): {
  readonly document: HandlerDocument | null | undefined;
  readonly partErrors: readonly ErrorDocument[];
} {
  if (!returned || read(returned, "documentType", "getDocumentType") !== "CompositeDoc") {
    return { document: returned, partErrors: [] };
  }
  const [listed, listedErrors] = (read(returned, "documentList", "getDocumentList") ?? []) as readonly unknown[];
  return {
    document: (returned.document ?? listed ?? (hasValues(returned) ? returned : null)) as HandlerDocument | null,
    partErrors: errorDocuments(returned.errorDocs ?? returned.errorDocList ?? listedErrors),
  };
}

function errorDocuments(parts: unknown): readonly ErrorDocument[] {
  return Array.isArray(parts) ? parts.filter((part) => part && typeof part === "object").map(errorDocument) : [];
}

function lostAttributes(names: readonly string[]): string {
  const shown = names.slice(0, 5).join(", ") + (names.length > 5 ? ", …" : "");
  return `The handler's document has no documentKeyValuesMap, and only what is in that is written: it would lose ${shown}. Return a Document whose documentKeyValuesMap has them.`;
}

function skip(reason: string | null, partErrors: readonly ErrorDocument[]): HandlerResult {
  return partErrors.length === 0 ? { kind: "skip", reason } : { kind: "skip", reason, partErrors };
}

function invalid(message: string): HandlerResult {
  return { kind: "invalid", code: "INVALID_DOCUMENT", message };
}

function outputDocument(document: HandlerDocument, taskId: string, position: number | string): ParsedDocument {
  const documentId = textOrNull(read(document, "documentId", "getDocumentId"), "documentId") || null;
  const recordType = textOrNull(read(document, "recordType", "getRecordType"), "recordType");
  const partitionKey = textOrNull(read(document, "partitionKey", "getPartitionKey"), "partitionKey") || null;
  const metadata = read(document, "documentMetadata", "getDocumentMetadata");
  const keyValues = read(document, "documentKeyValuesMap", "getDocumentKeyValuesMap");
  const body = flatBody(documentId, recordType, partitionKey, metadata, keyValues);
  return new ParsedDocument(documentId, recordType, partitionKey, body, taskId, position);
}

function errorDocument(document: HandlerDocument): ErrorDocument {
  const documentId = lenientText(read(document, "documentId", "getDocumentId"));
  const recordType = lenientText(read(document, "recordType", "getRecordType"));
  const partitionKey = lenientText(read(document, "partitionKey", "getPartitionKey"));
  const metadata = plainObject(read(document, "documentMetadata", "getDocumentMetadata"));
  const keyValues = read(document, "documentKeyValuesMap", "getDocumentKeyValuesMap");
  const message = lenientText(read(document, "errorMessage", "getErrorMessage"));
  return {
    message: (message || "The handler returned ERROR without a message.").slice(0, messageLengthMax),
    documentId,
    recordType,
    partitionKey,
    documentMetadata: metadata ?? {},
    startOffsets: offsets(read(document, "errorStartoffsetMap", "getErrorStartOffsetMap")),
    endOffsets: offsets(read(document, "errorEndoffsetMap", "getErrorEndOffsetMap")),
    document: keyValues ? bodyIfPossible(documentId, recordType, partitionKey, metadata, keyValues) : null,
    parts: errorDocuments(document.errorDocs ?? document.errorDocList),
  };
}

function bodyIfPossible(...parts: Parameters<typeof flatBody>): string | null {
  try {
    return flatBody(...parts);
  } catch {
    return null;
  }
}

function skipReason(document: HandlerDocument): string | null {
  const reason = read(document, "skipMessage", "getSkipMessage") ?? read(document, "errorMessage", "getErrorMessage");
  return lenientText(reason)?.slice(0, messageLengthMax) ?? null;
}

/** An error record is archived whatever its fields are. */
function lenientText(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  return typeof value === "string" ? value : describeValue(value);
}

function describeValue(value: unknown): string {
  return typeof value === "object" || typeof value === "function"
    ? value instanceof Error
      ? describeThrown(value).text
      : (jsonIfPossible(value) ?? "")
    : String(value);
}

function jsonIfPossible(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return undefined;
  }
}

function plainObject(value: unknown): Record<string, unknown> | null {
  const text = value instanceof Map ? jsonIfPossible(Object.fromEntries(value)) : jsonIfPossible(value);
  const plain: unknown = text === undefined ? null : JSON.parse(text);
  return typeof plain === "object" && plain !== null && !Array.isArray(plain)
    ? (plain as Record<string, unknown>)
    : null;
}

function offsets(value: unknown): OffsetMap | null {
  const plain = plainObject(value);
  if (plain === null) return null;
  const known = Object.entries(plain).filter(([, offset]) => offset !== null && typeof offset !== "object");
  return Object.fromEntries(known.map(([type, offset]) => [type, String(offset)]));
}
