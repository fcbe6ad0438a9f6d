import { DocumentType } from "./DocumentType.js";
import { SingleDoc } from "./SingleDoc.js";

/** Offsets are strings by file type, such as {"LOG": "58965"}; the engine fills missing ones with the record's own. */
export class SkipDoc extends SingleDoc {
  /**
   * @param {string | null} documentId
   * @param {string | null} recordType
   * @param {string | null} partitionKey
   * @param {Readonly<Record<string, unknown>> | null} documentMetadata
   * @param {Readonly<Record<string, unknown>> | null} documentKeyValuesMap
   * @param {Readonly<Record<string, string>> | null} errorStartoffsetMap
   * @param {Readonly<Record<string, string>> | null} errorEndoffsetMap
   * @param {string | null} skipMessage
   */
  constructor(
    documentId,
    recordType,
    partitionKey,
    documentMetadata,
    documentKeyValuesMap,
    errorStartoffsetMap,
    errorEndoffsetMap,
    skipMessage,
  ) {
    super(DocumentType.SkipDoc, documentId, recordType, partitionKey, documentMetadata, documentKeyValuesMap);
    this.errorStartoffsetMap = errorStartoffsetMap;
    this.errorEndoffsetMap = errorEndoffsetMap;
    this.skipMessage = skipMessage;
  }

  getErrorStartOffsetMap() {
    return this.errorStartoffsetMap;
  }

  getErrorEndOffsetMap() {
    return this.errorEndoffsetMap;
  }

  getSkipMessage() {
    return this.skipMessage;
  }
}
