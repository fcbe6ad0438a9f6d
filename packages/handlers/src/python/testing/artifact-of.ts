import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";

/** An artifact of these files by path, for the test that runs. Returns its folder. */
export function artifactOf(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), "letsdata-artifact-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

const modulePath = "letsdata_interfaces/readers/parsers/SingleFileParser.py";

/** One whose parser's `parseDocument` has this body, in which `text` is the record's. Other files are beside it. */
export function parserArtifact(input: {
  readonly before?: string;
  readonly body: string;
  readonly files?: Readonly<Record<string, string>>;
}): string {
  const { before = "", body, files = {} } = input;
  const parser = `
from letsdata_interfaces.documents.CompositeDoc import CompositeDoc
from letsdata_interfaces.documents.Document import Document
from letsdata_interfaces.documents.DocumentType import DocumentType
from letsdata_interfaces.documents.ErrorDoc import ErrorDoc
from letsdata_interfaces.readers.model.ParseDocumentResult import ParseDocumentResult
${before}

def document(text, **values):
    return Document(DocumentType.Document, text, "LOG", None, None, {"text": text, **values})


class SingleFileParser:
    def getS3FileType(self):
        return "LOG"

    def getResolvedS3FileName(self, s3FileType, fileName):
        return fileName

    def getRecordStartPattern(self, s3FileType):
        return None

    def getRecordEndPattern(self, s3FileType):
        return None

    def parseDocument(self, s3FileType, s3Filename, offsetBytes, byteArr, startIndex, endIndex):
        text = byteArr[startIndex:endIndex].decode("utf-8")
${body.replaceAll(/^/gm, "        ")}
        return ParseDocumentResult(None, document(text), "SUCCESS")
`;
  return artifactOf({ ...files, [modulePath]: parser });
}
