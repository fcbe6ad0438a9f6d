/** Flights as JSON lines. */
export class SingleFileParser {
  getS3FileType() {
    return "LOG";
  }

  getResolvedS3FileName(_s3FileType, fileName) {
    return fileName;
  }

  getRecordStartPattern(_s3FileType) {
    return { recordHintType: "PATTERN", pattern: "{", offset: -1 };
  }

  getRecordEndPattern(_s3FileType) {
    return { recordHintType: "PATTERN", pattern: "\n", offset: -1 };
  }

  parseDocument(_s3FileType, _s3Filename, offsetBytes, byteArr, startIndex, endIndex) {
    const text = Buffer.from(byteArr.buffer, byteArr.byteOffset + startIndex, endIndex - startIndex).toString("utf8");
    const flight = JSON.parse(text);
    if (flight.destination === null) return { nextRecordType: null, status: "SKIP", document: null };
    if (typeof flight.delay !== "number") {
      const document = {
        documentType: "ErrorDoc",
        documentId: String(offsetBytes),
        errorMessage: "delay is no number",
      };
      return { nextRecordType: null, status: "ERROR", document };
    }
    const document = {
      documentType: "Document",
      documentId: `${flight.date}-${flight.number}`,
      recordType: "Flight",
      partitionKey: flight.origin,
      documentMetadata: {},
      documentKeyValuesMap: { ...flight, late: flight.delay > 15 },
    };
    return { nextRecordType: null, status: "SUCCESS", document };
  }
}
