import { CompositeDoc } from "../letsdata_interfaces/documents/CompositeDoc.js";
import { Document } from "../letsdata_interfaces/documents/Document.js";
import { ErrorDoc } from "../letsdata_interfaces/documents/ErrorDoc.js";
import { SkipDoc } from "../letsdata_interfaces/documents/SkipDoc.js";

/** What a document is made of, and the getter of an own class that has no such field. */
const envelope = /** @type {const} */ ([
  ["documentId", "getDocumentId"],
  ["recordType", "getRecordType"],
  ["partitionKey", "getPartitionKey"],
  ["documentMetadata", "getDocumentMetadata"],
  ["documentKeyValuesMap", "getDocumentKeyValuesMap"],
]);
const more = /** @type {const} */ ([
  ["documentType", "getDocumentType"],
  ["errorStartoffsetMap", "getErrorStartOffsetMap"],
  ["errorEndoffsetMap", "getErrorEndOffsetMap"],
  ["errorMessage", "getErrorMessage"],
  ["skipMessage", "getSkipMessage"],
]);

/** @param {any} owner @param {string} field @param {string} getter */
export function read(owner, field, getter) {
  const value = owner[field];
  if (value !== undefined) return value;
  return typeof owner[getter] === "function" ? owner[getter]() : undefined;
}

/** @param {any} owner @param {string[]} names */
const hasOneOf = (owner, names) => names.some((name) => name in owner);

/**
 * Whether it has a status, or a document without being one itself. `more`: fields that are enough, too.
 * Anything else, such as the document without its result, would pass for a result without a document: a record left out in silence.
 *
 * @param {unknown} returned @param {string[]} more @returns {returned is Record<string, any>}
 */
export function isResult(returned, ...more) {
  if (typeof returned !== "object" || returned === null) return false;
  if (hasOneOf(returned, ["status", "getStatus", "getParseDocumentResultStatus", "parseDocumentResultStatus", ...more]))
    return true;
  return hasOneOf(returned, ["document", "getDocument"]) && !hasOneOf(returned, ["documentType", "getDocumentType"]);
}

/** What is said of what is no result. @param {unknown} returned */
export function noResult(returned, expected = "ParseDocumentResult") {
  return `returned ${nameOf(returned)} instead of a ${expected}`;
}

/** @param {unknown} value @returns {string} */
export function nameOf(value) {
  if (typeof value !== "object" || value === null) return value === null ? "null" : typeof value;
  const { name } = value.constructor ?? {};
  return typeof name === "string" && name !== "" && name !== "Object" ? name : "object";
}

/** Whether it has any of a document's fields. @param {object} value */
export function isDocument(value) {
  return hasOneOf(value, [...envelope.flat(), "documentType", "getDocumentType"]);
}

const known = new Set([
  ...[...envelope, ...more].map(([field]) => field),
  ...["document", "documentList", "errorDocs", "errorDocList"],
]);

/**
 * Names of a plain object's attributes that are none of a document's, where it has no documentKeyValuesMap: a flat map was returned.
 *
 * @param {any} document @returns {string[]}
 */
export function unwritten(document) {
  const prototype = Object.getPrototypeOf(document);
  if ((prototype !== null && prototype !== Object.prototype) || "documentKeyValuesMap" in document) return [];
  return Object.keys(document).filter(
    (name) => !known.has(name) && !["function", "undefined"].includes(typeof document[name]),
  );
}

/** @param {any} document */
export function hasValues(document) {
  return envelope.some(([field, getter]) => (read(document, field, getter) ?? null) !== null);
}

/** A document's fields, to be sent. A composite is its document and the errors of its parts. @param {any} document @returns {any} */
export function plainDocument(document) {
  if (document === null || document === undefined) return null;
  /** @type {Record<string, unknown>} */
  const plain = {};
  const isComposite = read(document, "documentType", "getDocumentType") === "CompositeDoc";
  for (const [field, getter] of isComposite ? more.slice(0, 1) : [...envelope, ...more]) {
    const value = read(document, field, getter);
    if (value !== undefined) plain[field] = value instanceof Map ? Object.fromEntries(value) : value;
  }
  // What a plain object has beside goes along: the engine refuses it.
  if (!isComposite)
    return Object.assign(plain, Object.fromEntries(unwritten(document).map((name) => [name, document[name]])));
  const [listed, listedErrors] = read(document, "documentList", "getDocumentList") ?? [];
  plain.document = plainDocument(document.document ?? listed);
  plain.errorDocs = (document.errorDocs ?? listedErrors ?? []).map(plainDocument);
  return plain;
}

/** A document that was sent, as an object of its class again. @param {any} plain @returns {any} */
export function documentOf(plain) {
  if (plain === null || plain === undefined) return null;
  const fields = envelope.map(([field]) => plain[field] ?? null);
  const { documentType, errorStartoffsetMap = null, errorEndoffsetMap = null } = plain;
  if (documentType === "CompositeDoc")
    return new CompositeDoc(documentOf(plain.document), plain.errorDocs.map(documentOf));
  if (documentType === "ErrorDoc") {
    return new /** @type {any} */ (ErrorDoc)(
      ...fields,
      errorStartoffsetMap,
      errorEndoffsetMap,
      plain.errorMessage ?? null,
    );
  }
  if (documentType === "SkipDoc") {
    return new /** @type {any} */ (SkipDoc)(
      ...fields,
      errorStartoffsetMap,
      errorEndoffsetMap,
      plain.skipMessage ?? null,
    );
  }
  return new /** @type {any} */ (Document)(documentType ?? "Document", ...fields);
}

/**
 * What `nextRecord` hands out for a ParseDocumentResult: its document, or an ErrorDoc or SkipDoc where status or document say so.
 * Errors and skips without offsets get the record's.
 *
 * @param {any} result
 * @param {{ ErrorDoc: any, SkipDoc: any }} classes
 * @param {{ fileType: string, start: number, end: number }} place
 */
export function documentOfResult(result, classes, { fileType, start, end }) {
  const status = read(result, "status", "getStatus");
  const document = read(result, "document", "getDocument");
  const type = document ? read(document, "documentType", "getDocumentType") : null;
  const offsets = [{ [fileType]: String(start) }, { [fileType]: String(end) }];
  if (document && (type === "ErrorDoc" || type === "SkipDoc")) {
    if (!Object.isFrozen(document)) {
      document.errorStartoffsetMap ??= offsets[0];
      document.errorEndoffsetMap ??= offsets[1];
    }
    return document;
  }
  if (status !== "ERROR" && status !== "SKIP" && document) return document;
  const fields = envelope.map(([field, getter]) => (document ? (read(document, field, getter) ?? null) : null));
  if (status === "ERROR")
    return new classes.ErrorDoc(...fields, ...offsets, "The parser returned ERROR without a message.");
  return new classes.SkipDoc(...fields, ...offsets, null);
}
