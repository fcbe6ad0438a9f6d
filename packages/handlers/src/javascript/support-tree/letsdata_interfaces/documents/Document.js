/** What a handler returns for writing. The written body is one flat JSON object of the envelope and documentKeyValuesMap. */
export class Document {
  /**
   * @param {"Document" | "ErrorDoc" | "SkipDoc" | "CompositeDoc"} documentType
   * @param {string | null} documentId
   * @param {string | null} recordType
   * @param {string | null} partitionKey
   * @param {Readonly<Record<string, unknown>> | null} documentMetadata
   * @param {Readonly<Record<string, unknown>> | null} documentKeyValuesMap
   */
  constructor(documentType, documentId, recordType, partitionKey, documentMetadata, documentKeyValuesMap) {
    this.documentType = documentType;
    this.documentId = documentId;
    this.recordType = recordType;
    this.partitionKey = partitionKey;
    this.documentMetadata = documentMetadata;
    this.documentKeyValuesMap = documentKeyValuesMap;
  }

  getDocumentType() {
    return this.documentType;
  }

  getDocumentId() {
    return this.documentId;
  }

  getRecordType() {
    return this.recordType;
  }

  getPartitionKey() {
    return this.partitionKey;
  }

  getDocumentMetadata() {
    return this.documentMetadata;
  }

  getDocumentKeyValuesMap() {
    return this.documentKeyValuesMap;
  }

  serialize() {
    return JSON.stringify(this);
  }
}
