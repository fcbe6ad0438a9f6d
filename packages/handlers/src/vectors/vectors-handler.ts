import type { HandlerResult, OutputDocument } from "@letsdata/plugin-kit/handler";
import type { SourceRecord } from "@letsdata/plugin-kit/reader";

/** A document of the read handler with the record it was made of. */
export interface ReadDocument {
  readonly record: SourceRecord;
  readonly document: OutputDocument;
}

/** Vectors by the names `extract` gave their texts. */
export type VectorsByName = Readonly<Record<string, readonly number[]>>;

/** Texts by name, or why the document has none that can be used: then it becomes an error record. */
export type ExtractedTexts =
  | { readonly kind: "texts"; readonly texts: Readonly<Record<string, string>> }
  | Extract<HandlerResult, { kind: "invalid" }>;

/**
 * A customer's `SagemakerVectorsInterface` (product.md §4.1) for one attempt. Both methods answer in order, one for each document, and
 * throw Problem HANDLER_EXCEPTION for what customer code throws.
 */
export interface VectorsHandler {
  extract(documents: readonly ReadDocument[], signal: AbortSignal): Promise<readonly ExtractedTexts[]>;
  /** What the customer made of document and vectors: a document, an error or a skip, as from a read handler. */
  construct(
    documents: readonly (ReadDocument & { readonly vectors: VectorsByName })[],
    signal: AbortSignal,
  ): Promise<readonly HandlerResult[]>;
  /**
   * Set where the read handler must leave its documents in its process for this handler: its `keepDocumentsFor`. Elsewhere the customer
   * gets the document's body as a flat map (product.md §4.2).
   */
  readonly keepDocumentsFor?: number;
  /** Idempotent. */
  close(): Promise<void>;
}
