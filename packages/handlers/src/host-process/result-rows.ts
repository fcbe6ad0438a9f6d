import { isAscii } from "node:buffer";
import type { ErrorDocument, HandlerResult } from "@letsdata/plugin-kit/handler";
import { ParsedDocument } from "../parsed-document.ts";

/** A host's result of one record: a body is serialised where its values live, because JSON of one language can lose numbers in another. */
export type ResultRow =
  | readonly [
      kind: "d",
      documentId: string | null,
      recordType: string | null,
      partitionKey: string | null,
      /** As text, or how many of the bytes behind the rows it is. */
      body: string | number,
      partErrors?: readonly ErrorDocument[] | null,
      metadata?: unknown,
      /** Of the document that stays in the host for a vectors handler. */
      reference?: number,
    ]
  | readonly [kind: "s", reason: string | null, partErrors?: readonly ErrorDocument[]]
  | readonly [kind: "e", error: ErrorDocument]
  | readonly [kind: "i", message: string];

/** A document whose object stays in its host for a vectors handler. */
export class KeptDocument extends ParsedDocument {
  readonly reference: number;

  constructor(...parameters: [...Required<ConstructorParameters<typeof ParsedDocument>>, reference: number]) {
    const [documentId, recordType, partitionKey, body, taskId, position, metadata, reference] = parameters;
    super(documentId, recordType, partitionKey, body, taskId, position, metadata);
    this.reference = reference;
  }
}

/** `takeText` gives the next bytes behind the rows as text; a row that came alone holds its body. */
export function resultOfRow(
  row: ResultRow,
  taskId: string,
  position: number | string,
  takeText: (bytes: number) => string = textsIn(Buffer.alloc(0)),
): HandlerResult {
  switch (row[0]) {
    case "d": {
      const [, documentId, recordType, partitionKey, body, partErrors, metadata, reference] = row;
      const text = typeof body === "string" ? body : takeText(body);
      const document =
        reference === undefined
          ? new ParsedDocument(documentId, recordType, partitionKey, text, taskId, position, metadata)
          : new KeptDocument(documentId, recordType, partitionKey, text, taskId, position, metadata, reference);
      return partErrors ? { kind: "document", document, partErrors } : { kind: "document", document };
    }
    case "s":
      return row[2] ? { kind: "skip", reason: row[1], partErrors: row[2] } : { kind: "skip", reason: row[1] };
    case "e":
      return { kind: "error", error: row[1] };
    case "i":
      return { kind: "invalid", code: "INVALID_DOCUMENT", message: row[1] };
  }
}

/** Small enough for V8 not to give each of them pages of its own. */
const sharedTextBytesMax = 32 * 1024;

/** Takes stretch after stretch of UTF-8 as text. Those of ASCII are cut from longer texts, because making a text costs more than its length. */
export function textsIn(bytes: Buffer): (length: number) => string {
  const isCut = isAscii(bytes);
  let shared = "";
  let sharedFrom = 0;
  let taken = 0;
  return (length) => {
    const from = taken;
    taken += length;
    if (!isCut || length > sharedTextBytesMax) return bytes.toString("utf8", from, taken);
    if (taken > sharedFrom + shared.length) {
      shared = bytes.toString("latin1", from, from + sharedTextBytesMax);
      sharedFrom = from;
    }
    return shared.slice(from - sharedFrom, taken - sharedFrom);
  };
}
