import { Document } from "../../documents/Document.js";
import { ErrorDoc } from "../../documents/ErrorDoc.js";
import { ParseDocumentResult } from "../model/ParseDocumentResult.js";
import { ParseDocumentResultStatus } from "../model/ParseDocumentResultStatus.js";
import { RecordHintType } from "../model/RecordHintType.js";
import { RecordParseHint } from "../model/RecordParseHint.js";

const MILITARY_STATES = new Set(["AA", "AE", "AP"]);

/** CSV lines `zip_code,latitude,longitude,city,state,county`: military post offices are skipped, short lines are errors. */
export class SingleFileParser {
  getS3FileType() {
    return "ZIPCODES";
  }

  getResolvedS3FileName(_s3FileType, fileName) {
    return fileName;
  }

  // No start pattern: the search starts where the last record ended, so a line begins where the one before it stopped.
  getRecordStartPattern(_s3FileType) {
    return new RecordParseHint(RecordHintType.OFFSET, null, 0);
  }

  getRecordEndPattern(_s3FileType) {
    return new RecordParseHint(RecordHintType.PATTERN, "\n", -1);
  }

  parseDocument(s3FileType, _s3Filename, offsetBytes, byteArr, startIndex, endIndex) {
    const line = Buffer.from(byteArr.buffer, byteArr.byteOffset + startIndex, endIndex - startIndex)
      .toString("utf8")
      .trim();
    if (line === "" || line.startsWith("zip_code,")) {
      return new ParseDocumentResult(null, null, ParseDocumentResultStatus.SKIP);
    }
    const [zip, latitude, longitude, city, state, county] = line.split(",");
    if (county === undefined || !/^\d{5}$/.test(zip)) {
      const start = { [s3FileType]: String(offsetBytes) };
      const end = { [s3FileType]: String(offsetBytes + endIndex - startIndex) };
      const error = new ErrorDoc(zip, "ZipCode", zip, {}, { line }, start, end, "not a zip code line of six columns");
      return new ParseDocumentResult(null, error, ParseDocumentResultStatus.ERROR);
    }
    if (MILITARY_STATES.has(state)) return new ParseDocumentResult(null, null, ParseDocumentResultStatus.SKIP);
    const values = { zip, city, state, county, location: { latitude: Number(latitude), longitude: Number(longitude) } };
    const document = new Document("Document", zip, "ZipCode", state, {}, values);
    return new ParseDocumentResult(null, document, ParseDocumentResultStatus.SUCCESS);
  }
}
