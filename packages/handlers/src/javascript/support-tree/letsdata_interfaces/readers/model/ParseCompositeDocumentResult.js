export class ParseCompositeDocumentResult {
  /**
   * @param {Readonly<Record<string, string | null>> | null} s3FileTypeNextRecordTypeMap
   * @param {import("../../documents/Document.js").Document | null} document
   * @param {Readonly<Record<string, string | null>> | null} s3FileTypeLastProcessedRecordType
   * @param {Readonly<Record<string, string>> | null} s3FileTypeOffsets
   * @param {"CREATED" | "FILE_DOWNLOADED" | "PROCESSING" | "COMPLETED" | "CLOSED" | null} fileReaderState
   * @param {"SUCCESS" | "ERROR" | "SKIP"} status
   */
  constructor(
    s3FileTypeNextRecordTypeMap,
    document,
    s3FileTypeLastProcessedRecordType,
    s3FileTypeOffsets,
    fileReaderState,
    status,
  ) {
    this.s3FileTypeNextRecordTypeMap = s3FileTypeNextRecordTypeMap;
    this.document = document;
    this.s3FileTypeLastProcessedRecordType = s3FileTypeLastProcessedRecordType;
    this.s3FileTypeOffsets = s3FileTypeOffsets;
    this.fileReaderState = fileReaderState;
    this.status = status;
  }

  getS3FileTypeNextRecordTypeMap() {
    return this.s3FileTypeNextRecordTypeMap;
  }

  getDocument() {
    return this.document;
  }

  getS3FileTypeLastProcessedRecordType() {
    return this.s3FileTypeLastProcessedRecordType;
  }

  getS3FileTypeOffsets() {
    return this.s3FileTypeOffsets;
  }

  getFileReaderState() {
    return this.fileReaderState;
  }

  getParseDocumentResultStatus() {
    return this.status;
  }
}
