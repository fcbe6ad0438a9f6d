export class ParseDocumentResult {
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
