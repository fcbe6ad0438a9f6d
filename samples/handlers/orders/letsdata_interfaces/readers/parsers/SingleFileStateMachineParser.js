import { Document } from "../../documents/Document.js";
import { ErrorDoc } from "../../documents/ErrorDoc.js";
import { ParseDocumentResult } from "../model/ParseDocumentResult.js";
import { RecordHintType } from "../model/RecordHintType.js";
import { RecordParseHint } from "../model/RecordParseHint.js";

/** One CSV line a record, in both files: `orderId,customer,day` in HEAD, `orderId,article,quantity,price` in LINE. */
export class SingleFileStateMachineParser {
  getS3FileType() {
    return "HEAD";
  }

  getResolvedS3FileName(_s3FileType, fileName) {
    return fileName;
  }

  getNextExpectedRecordType(s3FileType) {
    return s3FileType;
  }

  getNextRecordStartPattern() {
    return null;
  }

  getNextRecordEndPattern() {
    return new RecordParseHint(RecordHintType.PATTERN, "\n", -1);
  }

  parseDocument(s3FileType, _s3Filename, _offsetBytes, _lastRecordType, _lastDoc, byteArr, startIndex, endIndex) {
    const line = new TextDecoder().decode(byteArr.subarray(startIndex, endIndex)).trim();
    const [orderId, ...fields] = line.split(",");
    const map = s3FileType === "HEAD" ? { customer: fields[0], day: fields[1] } : lineOf(fields);
    if (map === null) {
      const error = new ErrorDoc(
        orderId,
        s3FileType,
        orderId,
        null,
        null,
        null,
        null,
        `not a line of an order: ${line}`,
      );
      return new ParseDocumentResult(null, error, "ERROR");
    }
    return new ParseDocumentResult(null, new Document("Document", orderId, s3FileType, orderId, null, map), "SUCCESS");
  }
}

function lineOf([article, quantity, price]) {
  const line = { article, quantity: Number(quantity), price: Number(price) };
  return Number.isNaN(line.quantity) || Number.isNaN(line.price) ? null : line;
}
