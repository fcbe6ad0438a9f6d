import { DocumentType } from "./DocumentType.js";
import { SingleDoc } from "./SingleDoc.js";

/** Offsets are strings by file type, such as {"LOG": "58965"}; the engine fills missing ones with the record's own. */
export class ErrorDoc extends SingleDoc {
  /**
   * @param {string | null} documentId
   * @param {string | null} recordType
   * @param {string | null} partitionKey
   * @param {Readonly<Record<string, unknown>> | null} documentMetadata
   * @param {Readonly<Record<string, unknown>> | null} documentKeyValuesMap
   * @param {Readonly<Record<string, string>> | null} errorStartoffsetMap
   * @param {Readonly<Record<string, string>> | null} errorEndoffsetMap
   * @param {string} errorMessage
   */
  constructor(
    documentId,
    recordType,
    partitionKey,
    documentMetadata,
    documentKeyValuesMap,
    errorStartoffsetMap,
    errorEndoffsetMap,
    errorMessage,
  ) {
    super(DocumentType.ErrorDoc, documentId, recordType, partitionKey, documentMetadata, documentKeyValuesMap);
    this.errorStartoffsetMap = errorStartoffsetMap;
    this.errorEndoffsetMap = errorEndoffsetMap;
    this.errorMessage = errorMessage;
  }

  getErrorStartOffsetMap() {
    return this.errorStartoffsetMap;
  }

  getErrorEndOffsetMap() {
    return this.errorEndoffsetMap;
  }

  getErrorMessage() {
    return this.errorMessage;
  }
}
