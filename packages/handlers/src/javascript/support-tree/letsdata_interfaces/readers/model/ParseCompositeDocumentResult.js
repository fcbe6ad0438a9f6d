export class ParseCompositeDocumentResult {
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
