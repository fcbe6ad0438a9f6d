import { Document } from "../../documents/Document.js";
import { ErrorDoc } from "../../documents/ErrorDoc.js";
import { SkipDoc } from "../../documents/SkipDoc.js";
import { ParseDocumentResult } from "../model/ParseDocumentResult.js";
import { ParseDocumentResultStatus } from "../model/ParseDocumentResultStatus.js";
import { RecordHintType } from "../model/RecordHintType.js";
import { RecordParseHint } from "../model/RecordParseHint.js";

// The list was published in 2012: a later release year is a two-digit year read in the wrong century.
const LAST_KNOWN_YEAR = 2012;

/** One movie a line, as JSON. Films without an IMDB rating are skipped; damaged titles and dates are errors. */
export class SingleFileParser {
  getS3FileType() {
    return "MOVIES";
  }

  getResolvedS3FileName(_s3FileType, fileName) {
    return fileName;
  }

  getRecordStartPattern(_s3FileType) {
    return new RecordParseHint(RecordHintType.PATTERN, "{", -1);
  }

  getRecordEndPattern(_s3FileType) {
    return new RecordParseHint(RecordHintType.PATTERN, "}\n", -1);
  }

  parseDocument(s3FileType, _s3Filename, offsetBytes, byteArr, startIndex, endIndex) {
    const movie = JSON.parse(Buffer.from(byteArr.buffer, byteArr.byteOffset + startIndex, endIndex - startIndex));
    const title = movie.Title;
    const problem = findProblem(movie);
    if (problem) {
      const start = { [s3FileType]: String(offsetBytes) };
      const end = { [s3FileType]: String(offsetBytes + endIndex - startIndex) };
      const error = new ErrorDoc(String(title), "Movie", String(title), {}, movie, start, end, problem);
      return new ParseDocumentResult(null, error, ParseDocumentResultStatus.ERROR);
    }
    if (movie["IMDB Rating"] === null) {
      const skip = new SkipDoc(title, "Movie", title, {}, {}, {}, {}, "no IMDB rating");
      return new ParseDocumentResult(null, skip, ParseDocumentResultStatus.SKIP);
    }
    const year = releaseYear(movie);
    const id = `${title} (${year})`;
    const values = {
      title,
      year,
      genre: movie["Major Genre"],
      director: movie.Director,
      rating: movie["IMDB Rating"],
      votes: movie["IMDB Votes"],
      worldwideGross: movie["Worldwide Gross"],
      budget: movie["Production Budget"],
    };
    const document = new Document("Document", id, "Movie", movie.Distributor ?? "unknown", {}, values);
    return new ParseDocumentResult(null, document, ParseDocumentResultStatus.SUCCESS);
  }
}

function findProblem(movie) {
  if (typeof movie.Title !== "string") return `Title is not text: ${JSON.stringify(movie.Title)}`;
  const year = releaseYear(movie);
  if (!(year <= LAST_KNOWN_YEAR)) return `Release Date lies in the future: ${movie["Release Date"]}`;
  return null;
}

function releaseYear(movie) {
  return Number(String(movie["Release Date"]).slice(-4));
}
