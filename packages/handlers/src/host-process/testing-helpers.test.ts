import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Problem } from "@letsdata/plugin-kit/problems";
import { afterAll, expect, test } from "vitest";
import { frameFile } from "../file-framing.ts";
import { buildJavaHost } from "../java/host-classes.ts";
import { createRecordSplitter } from "../record-splitter/record-splitter.ts";

const folder = mkdtempSync(join(tmpdir(), "letsdata-testing-helpers-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Hint {
  readonly recordHintType: "PATTERN" | "OFFSET";
  readonly pattern: string | null;
  readonly offset: number;
}
const pattern = (text: string | null): Hint => ({ recordHintType: "PATTERN", pattern: text, offset: -1 });
const offset = (bytes: number): Hint => ({ recordHintType: "OFFSET", pattern: null, offset: bytes });
const hints = [null, pattern("\n"), pattern(""), pattern(null), offset(2), offset(1), offset(0), offset(-1)];
const framings = hints.flatMap((start) => hints.map((end) => [start, end] as const));

/** What a task would do: number of records, or INVALID_HINT. */
async function inTask([start, end]: (typeof framings)[number]): Promise<string> {
  const answers: Readonly<Record<string, unknown>> = {
    getS3FileType: "T",
    getResolvedS3FileName: "f",
    getRecordStartPattern: start,
    getRecordEndPattern: end,
  };
  try {
    const framing = await frameFile(async (method) => answers[method], "f");
    let count = 0;
    const content = (async function* () {
      yield Buffer.from("ab\ncd\n");
    })();
    for await (const { records } of createRecordSplitter(framing).split(content, 0)) count += records.length;
    return String(count);
  } catch (thrown) {
    return thrown instanceof Problem ? thrown.code : String(thrown);
  }
}

const inPython = `
import json, sys
from letsdata_interfaces.documents.SkipDoc import SkipDoc
from letsdata_interfaces.readers.model.ParseDocumentResult import ParseDocumentResult
from letsdata_interfaces.readers.model.ParseDocumentResultStatus import ParseDocumentResultStatus
from letsdata_interfaces.readers.model.RecordHintType import RecordHintType
from letsdata_interfaces.readers.model.RecordParseHint import RecordParseHint
from letsdata_testing import run_handler

def hint(given):
    return given and RecordParseHint(RecordHintType[given["recordHintType"]], given["pattern"], given["offset"])

class Parser:
    def __init__(self, start, end): self.start, self.end = hint(start), hint(end)
    def getS3FileType(self): return "T"
    def getResolvedS3FileName(self, kind, name): return name
    def getRecordStartPattern(self, kind): return self.start
    def getRecordEndPattern(self, kind): return self.end
    def parseDocument(self, *arguments): return ParseDocumentResult(None, None, ParseDocumentResultStatus.SKIP)

for start, end in json.load(sys.stdin):
    try:
        print(len(run_handler(Parser(start, end), "ab\\ncd\\n").skips))
    except ValueError as error:
        print(str(error).split(":")[0])
`;

test("Python's run_handler cuts and refuses as a task does, whatever the hints", async () => {
  const expected = await Promise.all(framings.map(inTask));
  expect(expected).toContain("INVALID_HINT");
  const out = execFileSync("python3", ["-B", "-c", inPython], {
    env: { ...process.env, PYTHONPATH: join(import.meta.dirname, "../python/host/support") },
    input: JSON.stringify(framings),
    encoding: "utf8",
  });
  expect(out.trim().split("\n")).toEqual(expected);
});

const inJava = `
import com.resonance.letsdata.data.readers.interfaces.parsers.SingleFileParser;
import com.resonance.letsdata.data.readers.model.*;
import com.resonance.letsdata.data.testing.HandlerRun;

public class Tried {
  static RecordParseHint hint(String type, String pattern, int offset) {
    return new RecordParseHint(RecordHintType.valueOf(type), pattern, offset);
  }

  static void run(RecordParseHint start, RecordParseHint end) {
    SingleFileParser parser = new SingleFileParser() {
      public String getS3FileType() { return "T"; }
      public String getResolvedS3FileName(String type, String name) { return name; }
      public RecordParseHint getRecordStartPattern(String type) { return start; }
      public RecordParseHint getRecordEndPattern(String type) { return end; }
      public ParseDocumentResult parseDocument(String type, String name, long at, byte[] bytes, int from, int to) {
        return new ParseDocumentResult(null, null, ParseDocumentResultStatus.SKIP);
      }
    };
    try {
      System.out.println(HandlerRun.over(parser, "ab\\ncd\\n").skips().size());
    } catch (IllegalArgumentException refused) {
      System.out.println(refused.getMessage().split(":")[0]);
    }
  }

  public static void main(String[] arguments) {
    // CALLS
  }
}`;
const javaHint = (hint: Hint | null): string =>
  hint === null
    ? "null"
    : `hint("${hint.recordHintType}", ${hint.pattern === null ? "null" : JSON.stringify(hint.pattern)}, ${hint.offset})`;

test("Java's HandlerRun cuts and refuses as a task does, whatever the hints", async () => {
  const { interfacesJar } = await buildJavaHost();
  const calls = framings.map(([start, end]) => `run(${javaHint(start)}, ${javaHint(end)});`);
  const source = join(folder, "Tried.java");
  writeFileSync(source, inJava.replace("// CALLS", calls.join("\n    ")));
  const out = execFileSync("java", ["-cp", interfacesJar, source], { encoding: "utf8" });
  expect(out.trim().split("\n")).toEqual(await Promise.all(framings.map(inTask)));
}, 300_000);
