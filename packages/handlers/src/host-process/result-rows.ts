import type { ErrorDocument, HandlerResult } from "@letsdata/plugin-kit/handler";
import { ParsedDocument } from "../parsed-document.ts";

/** A host's result of one record: a body is serialised where its values live, because JSON of one language can lose numbers in another. */
export type ResultRow =
  | readonly [
      kind: "d",
      documentId: string | null,
      recordType: string | null,
      partitionKey: string | null,
      body: string,
      partErrors?: readonly ErrorDocument[] | null,
      metadata?: unknown,
    ]
  | readonly [kind: "s", reason: string | null]
  | readonly [kind: "e", error: ErrorDocument]
  | readonly [kind: "i", message: string];

export function resultOfRow(row: ResultRow, taskId: string, position: number | string): HandlerResult {
  switch (row[0]) {
    case "d": {
      const [, documentId, recordType, partitionKey, body, partErrors, metadata] = row;
      const document = new ParsedDocument(documentId, recordType, partitionKey, body, taskId, position, metadata);
      return partErrors ? { kind: "document", document, partErrors } : { kind: "document", document };
    }
    case "s":
      return { kind: "skip", reason: row[1] };
    case "e":
      return { kind: "error", error: row[1] };
    case "i":
      return { kind: "invalid", code: "INVALID_DOCUMENT", message: row[1] };
  }
}
