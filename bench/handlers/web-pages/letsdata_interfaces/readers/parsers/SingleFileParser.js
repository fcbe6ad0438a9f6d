const marker = "WARC/1.0\r\n";

/** Pages of a WET file: WARC records of plain text. */
export class SingleFileParser {
  getS3FileType() {
    return "WET";
  }

  getResolvedS3FileName(_s3FileType, fileName) {
    return fileName;
  }

  getRecordStartPattern(_s3FileType) {
    return { recordHintType: "PATTERN", pattern: marker, offset: -1 };
  }

  getRecordEndPattern(_s3FileType) {
    return { recordHintType: "PATTERN", pattern: marker, offset: -1 };
  }

  parseDocument(_s3FileType, _s3Filename, _offsetBytes, byteArr, startIndex, endIndex) {
    const record = Buffer.from(byteArr.buffer, byteArr.byteOffset + startIndex, endIndex - startIndex).toString("utf8");
    const split = record.indexOf("\r\n\r\n");
    const headers = new Map();
    for (const line of record.slice(marker.length, split).split("\r\n")) {
      const colon = line.indexOf(": ");
      headers.set(line.slice(0, colon), line.slice(colon + 2));
    }
    if (headers.get("WARC-Type") !== "conversion") return { nextRecordType: null, status: "SKIP", document: null };
    const length = Number(headers.get("Content-Length"));
    const content = record.slice(split + 4, split + 4 + length);
    const uri = headers.get("WARC-Target-URI");
    const document = {
      documentType: "Document",
      documentId: uri,
      recordType: "Page",
      partitionKey: uri,
      documentMetadata: {},
      documentKeyValuesMap: { uri, date: headers.get("WARC-Date"), words: content.split(" ").length, content },
    };
    return { nextRecordType: null, status: "SUCCESS", document };
  }
}
