import {
  Document,
  ErrorDoc,
  ParseDocumentResult,
  type SingleFileParser as Parser,
  RecordParseHint,
  SkipDoc,
} from "@letsdata/handler";

interface Click {
  readonly id?: unknown;
  readonly page?: unknown;
  readonly test?: unknown;
}

/** One click a line, as JSON. Clicks of tests are skipped; clicks without id or page are errors. */
export class SingleFileParser implements Parser {
  getS3FileType(): string {
    return "CLICKS";
  }

  getResolvedS3FileName(_s3FileType: string, fileName: string): string {
    return fileName;
  }

  getRecordStartPattern(): RecordParseHint {
    return new RecordParseHint("PATTERN", "{", -1);
  }

  getRecordEndPattern(): RecordParseHint {
    return new RecordParseHint("PATTERN", "}\n", -1);
  }

  parseDocument(
    _s3FileType: string,
    _s3Filename: string,
    _offsetBytes: number,
    byteArr: Uint8Array,
    startIndex: number,
    endIndex: number,
  ): ParseDocumentResult {
    const { id, page, test } = JSON.parse(new TextDecoder().decode(byteArr.subarray(startIndex, endIndex))) as Click;
    if (test === true) {
      const skip = new SkipDoc(null, "Click", null, null, null, null, null, "a click of a test");
      return new ParseDocumentResult(null, skip, "SKIP");
    }
    if (typeof id !== "string" || typeof page !== "string") {
      const error = new ErrorDoc(null, "Click", null, null, { id, page }, null, null, "a click needs id and page");
      return new ParseDocumentResult(null, error, "ERROR");
    }
    return new ParseDocumentResult(null, new Document("Document", id, "Click", page, null, { page }), "SUCCESS");
  }
}
