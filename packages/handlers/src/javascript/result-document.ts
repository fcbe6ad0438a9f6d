import { existsSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { HandlerDocument } from "../state-machine/state-machine-objects.ts";
import { type HandlerDocument as DocumentFields, read } from "./document-body.ts";
import { supportTree } from "./support-tree.ts";

type DocumentClass = new (...args: readonly unknown[]) => Record<string, unknown>;

/** The artifact's own document classes, so that `instanceof` holds in customer code. */
export interface DocumentClasses {
  readonly ErrorDoc: DocumentClass;
  readonly SkipDoc: DocumentClass;
}

export async function loadDocumentClasses(artifactDir: string): Promise<DocumentClasses> {
  const load = async (name: string): Promise<DocumentClass> => {
    const place = join("letsdata_interfaces", "documents", `${name}.js`);
    // An artifact under development may have none of its own yet.
    const own = join(artifactDir, place);
    const file = existsSync(own) ? own : join(supportTree, place);
    const module = (await import(pathToFileURL(file).href)) as Record<string, DocumentClass>;
    return module[name] as DocumentClass;
  };
  return { ErrorDoc: await load("ErrorDoc"), SkipDoc: await load("SkipDoc") };
}

/**
 * What `nextRecord` hands out for a ParseDocumentResult: its document, or an ErrorDoc or SkipDoc where status or document say so.
 * Errors and skips without offsets get the record's.
 */
export function documentOfResult(
  result: DocumentFields,
  classes: DocumentClasses,
  place: { readonly fileType: string; readonly start: number; readonly end: number },
): HandlerDocument {
  const status = read(result, "status", "getStatus");
  const document = read(result, "document", "getDocument") as DocumentFields | null | undefined;
  const type = document ? read(document, "documentType", "getDocumentType") : null;
  const offsets = [{ [place.fileType]: String(place.start) }, { [place.fileType]: String(place.end) }] as const;
  if (document && (type === "ErrorDoc" || type === "SkipDoc")) {
    const own = document as Record<string, unknown>;
    if (!Object.isFrozen(own)) {
      own.errorStartoffsetMap ??= offsets[0];
      own.errorEndoffsetMap ??= offsets[1];
    }
    return own;
  }
  if (status !== "ERROR" && status !== "SKIP" && document) return document;
  const fields = [
    ["documentId", "getDocumentId"],
    ["recordType", "getRecordType"],
    ["partitionKey", "getPartitionKey"],
    ["documentMetadata", "getDocumentMetadata"],
    ["documentKeyValuesMap", "getDocumentKeyValuesMap"],
  ].map(([field, getter]) => (document ? (read(document, field as string, getter as string) ?? null) : null));
  if (status === "ERROR")
    return new classes.ErrorDoc(...fields, ...offsets, "The parser returned ERROR without a message.");
  return new classes.SkipDoc(...fields, ...offsets, null);
}
