export class ParseDocumentResult {
  /**
   * @param {string | null} nextRecordType
   * @param {import("../../documents/Document.js").Document | null} document
   * @param {"SUCCESS" | "ERROR" | "SKIP"} status
   */
  constructor(nextRecordType, document, status) {
    this.nextRecordType = nextRecordType;
    this.document = document;
    this.status = status;
  }

  getNextRecordType() {
    return this.nextRecordType;
  }

  getDocument() {
    return this.document;
  }

  getStatus() {
    return this.status;
  }
}
