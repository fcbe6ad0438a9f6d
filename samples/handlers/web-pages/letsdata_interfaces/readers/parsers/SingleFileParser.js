import { Document } from "../../documents/Document.js";
import { ErrorDoc } from "../../documents/ErrorDoc.js";
import { ParseDocumentResult } from "../model/ParseDocumentResult.js";
import { ParseDocumentResultStatus } from "../model/ParseDocumentResultStatus.js";
import { RecordHintType } from "../model/RecordHintType.js";
import { RecordParseHint } from "../model/RecordParseHint.js";

const RECORD_BEGIN = "WARC/1.0\r\n";
const HEADER_END = "\r\n\r\n";

/** WET files of Common Crawl: the begin of a record is also the end of the one before it. */
export class SingleFileParser {
  getS3FileType() {
    return "WET";
  }

  getResolvedS3FileName(_s3FileType, fileName) {
    return fileName;
  }

  getRecordStartPattern(_s3FileType) {
    return new RecordParseHint(RecordHintType.PATTERN, RECORD_BEGIN, -1);
  }

  getRecordEndPattern(_s3FileType) {
    return new RecordParseHint(RecordHintType.PATTERN, RECORD_BEGIN, -1);
  }

  parseDocument(s3FileType, _s3Filename, offsetBytes, byteArr, startIndex, endIndex) {
    const record = Buffer.from(byteArr.buffer, byteArr.byteOffset + startIndex, endIndex - startIndex);
    const headerEnd = record.indexOf(HEADER_END);
    const headers = parseHeaders(record.toString("utf8", RECORD_BEGIN.length, headerEnd < 0 ? undefined : headerEnd));
    if (headers["WARC-Type"] === "warcinfo") return new ParseDocumentResult(null, null, ParseDocumentResultStatus.SKIP);

    const url = headers["WARC-Target-URI"];
    const length = Number(headers["Content-Length"]);
    const bodyStart = headerEnd + HEADER_END.length;
    if (headerEnd < 0 || !url || !(bodyStart + length <= record.length)) {
      const start = { [s3FileType]: String(offsetBytes) };
      const end = { [s3FileType]: String(offsetBytes + record.length) };
      const error = new ErrorDoc(
        url ?? null,
        "WebPage",
        url ?? null,
        {},
        { headers },
        start,
        end,
        "damaged WET record",
      );
      return new ParseDocumentResult(null, error, ParseDocumentResultStatus.ERROR);
    }
    const text = record.toString("utf8", bodyStart, bodyStart + length);
    const values = {
      url,
      language: headers["WARC-Identified-Content-Language"] ?? null,
      crawled: headers["WARC-Date"],
      title: text.slice(0, Math.max(0, text.indexOf("\n"))).trim(),
      words: text.split(/\s+/).length,
      text,
    };
    const document = new Document("Document", headers["WARC-Record-ID"], "WebPage", new URL(url).host, {}, values);
    return new ParseDocumentResult(null, document, ParseDocumentResultStatus.SUCCESS);
  }
}

function parseHeaders(text) {
  const headers = {};
  for (const line of text.split("\r\n")) {
    const colon = line.indexOf(": ");
    if (colon > 0) headers[line.slice(0, colon)] = line.slice(colon + 2);
  }
  return headers;
}
