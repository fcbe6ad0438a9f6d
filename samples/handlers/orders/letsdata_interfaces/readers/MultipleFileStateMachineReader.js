import { CompositeDoc } from "../documents/CompositeDoc.js";
import { Document } from "../documents/Document.js";
import { ParseCompositeDocumentResult } from "./model/ParseCompositeDocumentResult.js";
import { SingleFileReaderState } from "./model/SingleFileReaderState.js";
import { SingleFileStateMachineParser } from "./parsers/SingleFileStateMachineParser.js";

/** An order is a line of the HEAD file and all lines of the LINE file with its id; both files are sorted by it. */
export class MultipleFileStateMachineReader {
  getS3FileTypes() {
    return new Set(["HEAD", "LINE"]);
  }

  getResolvedS3FileNames(names) {
    return names;
  }

  getParserInterfacesForS3FileTypes(s3FileTypes) {
    return Object.fromEntries([...s3FileTypes].map((type) => [type, new SingleFileStateMachineParser()]));
  }

  getNextExpectedRecordType() {
    return { HEAD: "HEAD", LINE: "LINE" };
  }

  async parseDocument(_lastRecordTypes, _lastProcessedDoc, fileReaders) {
    const head = await fileReaders.HEAD.nextRecord(false);
    if (head === null) return answer(null, SingleFileReaderState.COMPLETED);
    const lines = [];
    const failed = [];
    for (;;) {
      const line = await fileReaders.LINE.nextRecord(true);
      if (line === null || line.documentId !== head.documentId) break;
      await fileReaders.LINE.nextRecord(false);
      if (line.documentType === "ErrorDoc") failed.push(line);
      else lines.push(line.documentKeyValuesMap);
    }
    const total = lines.reduce((sum, { quantity, price }) => sum + quantity * price, 0);
    const { customer, day } = head.documentKeyValuesMap;
    const order = { customer, day, lines, total };
    const document = new Document("Document", head.documentId, "ORDER", customer, null, order);
    return answer(new CompositeDoc(document, failed), SingleFileReaderState.PROCESSING);
  }
}

function answer(document, state) {
  return new ParseCompositeDocumentResult(null, document, null, null, state, "SUCCESS");
}
