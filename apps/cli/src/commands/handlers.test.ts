import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { jarOf } from "@letsdata/handlers/artifact/jar-of";
import { buildJavaArtifact, buildJavaHost } from "@letsdata/handlers/java/host-classes";
import { ordersModules, writeArtifact } from "@letsdata/handlers/state-machine/testing/orders-artifact";
import { javaScriptVectorsArtifact } from "@letsdata/handlers/vectors/testing/javascript-artifact";
import { afterAll, expect, test } from "vitest";
import { runCli } from "../run-cli.ts";

const folder = mkdtempSync(join(tmpdir(), "letsdata-cli-handlers-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const repository = join(import.meta.dirname, "../../../..");
const handlers = join(repository, "packages/handlers/src");

function write(path: string, content: string | Buffer): string {
  const file = join(folder, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
  return file;
}

interface Tried {
  readonly code: number;
  readonly lines: readonly Readonly<Record<string, unknown>>[];
  readonly err: string;
}

async function tryOut(artifact: string, file: string, ...more: readonly string[]): Promise<Tried> {
  let out = "";
  let err = "";
  const code = await runCli(["handlers", "test", "--artifact", artifact, "--file", file, ...more], {
    env: { LETSDATA_CONFIG_FILE: join(folder, "no-profiles.json") },
    terminal: { out: (text) => (out += text), err: (text) => (err += text), columns: 200 },
  });
  const lines = out.split("\n").filter(Boolean);
  return { code, lines: lines.map((line) => JSON.parse(line) as Record<string, unknown>), err };
}

/** The command as people start it: what the handler itself prints counts, too. */
function tryInShell(...args: readonly string[]) {
  return spawnSync(process.execPath, [join(import.meta.dirname, "../main.ts"), "handlers", "test", ...args], {
    env: { PATH: process.env.PATH ?? "", LETSDATA_CONFIG_FILE: join(folder, "no-profiles.json") },
    encoding: "utf8",
  });
}

const queueReader = `
from letsdata_interfaces.documents.Document import Document
from letsdata_interfaces.documents.DocumentType import DocumentType
from letsdata_interfaces.readers.model.ParseDocumentResult import ParseDocumentResult
from letsdata_interfaces.readers.model.ParseDocumentResultStatus import ParseDocumentResultStatus

class QueueMessageReader:
    def parseMessage(self, messageId, messageGroupId, messageDeduplicationId, messageAttributes, messageBody):
        document = Document(DocumentType.Document, messageId, None, messageGroupId, None, {"body": messageBody})
        return ParseDocumentResult(None, document, ParseDocumentResultStatus.SUCCESS)
`;

test("Python is told from the files: JSON lines are the messages of a queue, from a folder or an archive", async () => {
  write("queue/letsdata_interfaces/readers/sqs/QueueMessageReader.py", queueReader);
  const messages = write("messages.jsonl", '{"messageId":"m","messageGroupId":"g","messageBody":"hello"}\n{"a":1.0}\n');
  const fromFolder = await tryOut(join(folder, "queue"), messages);
  expect(fromFolder).toMatchObject({ code: 0, err: "2 records: 2 documents, 0 skipped, 0 errored\n" });
  expect(fromFolder.lines).toMatchObject([
    { start: "m", kind: "document", documentId: "m", partitionKey: "g" },
    { start: "message-1", body: '{"documentId":"message-1","body":"{\\"a\\":1.0}"}' },
  ]);
  execFileSync("python3", ["-m", "zipfile", "-c", join(folder, "queue.zip"), "letsdata_interfaces"], {
    cwd: join(folder, "queue"),
  });
  expect((await tryOut(join(folder, "queue.zip"), messages)).lines).toEqual(fromFolder.lines);
});

test("state machines read their files, in JavaScript and Python", async () => {
  const orders = write("orders.gz", gzipSync("\nH,1,a\nI,1,b\nE,1,\n"));
  const python = join(handlers, "python/testing/artifact");
  const inPython = await tryOut(python, orders, "--interface", "SingleFileStateMachineReader");
  expect(inPython.lines).toMatchObject([{ kind: "document", documentId: "1" }]);
  const heads = write("heads", "1,h\n");
  const lines = write("lines", "1,x\n1,y\n");
  const pair = ["--interface", "MultipleFileStateMachineReader"];
  expect((await tryOut(python, `HEAD:${heads}|LINE:${lines}`, ...pair)).lines).toHaveLength(1);
  const inJavaScript = await writeArtifact(ordersModules);
  expect((await tryOut(inJavaScript, orders, "--interface", "SingleFileStateMachineReader")).lines).toEqual(
    inPython.lines,
  );
  const partly = write("partly.log", "\nH,1,a\nI,1,xb\nE,1,\n");
  expect((await tryOut(inJavaScript, partly, "--interface", "SingleFileStateMachineReader")).lines).toMatchObject([
    { kind: "document", documentId: "1", partErrors: [{ message: "bad xb" }] },
  ]);
  rmSync(inJavaScript, { recursive: true });
});

test("step 3 of a template works from the template's own folder, by the program and by the checkout's script", () => {
  const template = join(folder, "template");
  cpSync(join(repository, "samples/templates/python"), template, { recursive: true });
  writeFileSync(join(template, "some.log"), '{"id":"1","page":"/"}\n{"id":"3"}\n');
  const readme = readFileSync(join(template, "README.md"), "utf8");
  const command = /`(letsdata handlers test [^`]+)`/.exec(readme)![1]!;
  const env = { ...process.env, LETSDATA_CONFIG_FILE: join(folder, "no-profiles.json") };
  const PATH = `${join(repository, "bin")}:${process.env.PATH}`;
  const byName = spawnSync("sh", ["-c", command], { cwd: template, env: { ...env, PATH }, encoding: "utf8" });
  expect(byName.stderr).toBe("2 records: 1 documents, 0 skipped, 1 errored\n");
  const { scripts } = JSON.parse(readFileSync(join(repository, "package.json"), "utf8"));
  const script = command.replace("letsdata", () => scripts.letsdata);
  // As pnpm runs it: in the checkout, with the folder it was called in.
  const options = { cwd: repository, env: { ...env, INIT_CWD: template }, encoding: "utf8" } as const;
  const byScript = spawnSync("sh", ["-c", script], options);
  expect(byScript).toMatchObject({ status: 0, stdout: byName.stdout });
});

test.each(["java", "javascript"])("the %s template names the program of its step 3 and where that is", (language) => {
  const readme = readFileSync(join(repository, "samples/templates", language, "README.md"), "utf8");
  expect(readme).toMatch(/`letsdata handlers test --artifact \S+ --file some\.log`/);
  expect(readme).toContain("`letsdata` is the program `bin/letsdata`");
});

const lineParser = `export class SingleFileParser {
  getS3FileType() { return "LOG"; }
  getResolvedS3FileName(type, name) { return name; }
  getRecordStartPattern() { return null; }
  getRecordEndPattern() { return { recordHintType: "PATTERN", pattern: "\\n", offset: -1 }; }
  parseDocument(type, name, offset, bytes, from, to) {
    const text = String(Buffer.from(bytes.subarray(from, to))).trim();
    if (text === "bad") return { status: "ERROR", document: { errorMessage: "no good" } };
    return { status: "SUCCESS", document: text === "none" ? 7 : { documentId: text, documentKeyValuesMap: {} } }; } }`;

const lineReader = (before: string): string => `export class QueueMessageReader {
  parseMessage(id, group, dedup, attributes, body) {
    ${before}
    return { status: "SUCCESS", document: { documentId: body, documentKeyValuesMap: {} } }; } }`;

test("errors have origin and code of a task's error records and are counted, a record over the limit too", async () => {
  write("line-parser/letsdata_interfaces/readers/parsers/SingleFileParser.mjs", lineParser);
  const content = Buffer.concat([Buffer.from("1\nbad\n"), Buffer.alloc(65 * 2 ** 20), Buffer.from("\nnone\n")]);
  const tried = await tryOut(join(folder, "line-parser"), write("large.gz", gzipSync(content)));
  expect(tried.lines).toMatchObject([
    { kind: "document", documentId: "1" },
    { kind: "error", error: { origin: "HANDLER", code: "HANDLER_ERROR_DOC", message: "no good" } },
    { kind: "error", start: 5, error: { origin: "SYSTEM", code: "RECORD_TOO_LARGE" } },
    { kind: "error", error: { origin: "SYSTEM", code: "INVALID_DOCUMENT" } },
  ]);
  expect(tried.err).toBe("4 records: 1 documents, 0 skipped, 3 errored\n");
});

test.each([
  ["mjs", lineReader(`console.log("from the handler"); fs.writeSync(process.stdout.fd, "by its descriptor");`)],
  [
    "py",
    queueReader.replace("        document", `        print("from the handler"); os.write(1, b"by its descriptor")\n$&`),
  ],
])("standard output has the records alone; what a handler prints goes to standard error: %s", (extension, reader) => {
  const heads: Readonly<Record<string, string>> = { mjs: 'import fs from "node:fs";\n', py: "import os\n" };
  write(
    `printing-${extension}/letsdata_interfaces/readers/sqs/QueueMessageReader.${extension}`,
    heads[extension] + reader,
  );
  const messages = write("printed.jsonl", "one\n");
  const { stdout, stderr } = tryInShell("--artifact", join(folder, `printing-${extension}`), "--file", messages);
  const lines = stdout.split("\n").filter(Boolean);
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([{ kind: "document", start: "message-0" }]);
  expect(stderr).toContain("from the handler");
  expect(stderr).toContain("by its descriptor");
});

test("the handler of a JAR is found in it; its prints go to standard error, too", async () => {
  const template = join(folder, "java-template");
  cpSync(join(repository, "samples/templates/java"), template, { recursive: true });
  const parser = join(template, "src/com/acme/clicks/ClickParser.java");
  const printing = readFileSync(parser, "utf8").replace("String line =", 'System.out.println("from the handler");\n$&');
  writeFileSync(parser, printing);
  execFileSync("sh", ["build.sh", (await buildJavaHost()).interfacesJar], { cwd: template, stdio: "pipe" });
  const clicks = write("clicks.log", "1\t/\ntest-2\t/\n3");
  const { stdout, stderr } = tryInShell("--artifact", join(template, "build/clicks.jar"), "--file", clicks);
  const kinds = stdout
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line).kind);
  expect(kinds).toEqual(["document", "skip", "error"]);
  expect(stderr).toContain("from the handler\n");
  expect(stderr).toContain("3 records: 1 documents, 1 skipped, 1 errored\n");
});

test("a JAR with several handlers asks for interface and class, and runs the stated one", async () => {
  const jar = join(folder, "several.jar");
  cpSync(jarOf(await buildJavaArtifact(join(handlers, "java/testing/artifact"))), jar);
  const orders = write("orders.log", "\nH,1,a\nI,1,b\nE,1,\n");
  const unclear = await tryOut(jar, orders);
  expect(unclear.code).not.toBe(0);
  expect(unclear.err).toContain("KinesisRecordReader (com.acme.EveryRecordReader), ");
  expect(unclear.err).toMatch(/fix: .* --interface and --implementation/);
  const byInterface = await tryOut(jar, orders, "--interface", "SingleFileStateMachineReader");
  expect(byInterface.lines).toMatchObject([{ kind: "document", documentId: "1" }]);
  expect((await tryOut(jar, orders, "--implementation", "com.acme.OrdersReader")).lines).toEqual(byInterface.lines);
  const pair = `HEAD:${write("java-heads", "1,h\n")}|LINE:${write("java-lines", "1,x\n1,y\n")}`;
  const several = await tryOut(jar, pair, "--interface", "MultipleFileStateMachineReader");
  expect(several.lines).toMatchObject([{ kind: "document" }]);
  const messages = await tryOut(jar, write("java.jsonl", "one\n"), "--interface", "QueueMessageReader");
  expect(messages.lines).toMatchObject([{ kind: "document", body: expect.stringContaining("one") }]);
  const absent = await tryOut(jar, orders, "--implementation", "com.acme.Absent");
  expect(absent.err).toContain("The artifact has no public class com.acme.Absent that implements an interface");
  expect(absent.err).toMatch(/fix: .* --interface and .* --implementation/);
});

test.each(["JavaScript", "Python", "Java"])(
  "--vectors gives documents to the vectors handler: %s",
  async (language) => {
    const inJavaScript = await javaScriptVectorsArtifact("classes");
    const jar = join(folder, "vectors.jar");
    cpSync(jarOf(await buildJavaArtifact(join(handlers, "java/testing/artifact"))), jar);
    const artifacts: Readonly<Record<string, string>> = {
      JavaScript: inJavaScript,
      Python: join(handlers, "python/testing/artifact"),
      Java: jar,
    };
    const stated = ["--interface", "SingleFileParser", "--vectors"];
    const read = (text: string) => tryOut(artifacts[language] as string, write(`${language}.log`, text), ...stated);
    const { lines, err } = await read("{a document");
    expect(err).toBe("1 records: 1 documents, 0 skipped, 0 errored\n");
    expect(JSON.parse(String(lines[0]?.body))).toMatchObject({ text: "{a document", vectors: { title: [1, 0, 0] } });
    rmSync(inJavaScript, { recursive: true });
  },
);

test("a vectors handler on its own is answered with what to do", async () => {
  const tried = await tryOut(
    join(handlers, "python/testing/artifact"),
    "any",
    "--interface",
    "SagemakerVectorsInterface",
  );
  expect(tried.code).not.toBe(0);
  expect(tried.err).toMatch(/fix: .* try that one, with --vectors/);
});

test("the files of a Lambda image run as they are", async () => {
  const image = join(handlers, "lambda-bridge/testing/published-image");
  const file = write("plain.log", "{a\n");
  expect((await tryOut(image, file)).lines).toMatchObject([{ kind: "document", documentId: "{a\n" }]);
});

test("an exception is told with its place; --limit stops early", async () => {
  const reader = `export class KinesisRecordReader { parseMessage(arn, shard, key, number, time, data) {
    if (data.length > 1) throw new TypeError("too long");
    return { status: "SKIP" }; } }`;
  write("kinesis/letsdata_interfaces/readers/kinesis/KinesisRecordReader.mjs", reader);
  const tried = await tryOut(join(folder, "kinesis"), write("data.jsonl", "a\nbc\n"));
  expect(tried.code).not.toBe(0);
  expect(tried.err).toContain("parseMessage threw at position 1 of arn:aws:kinesis");
  expect((await tryOut(join(folder, "kinesis"), write("one.jsonl", "a\nb\n"), "--limit", "1")).lines).toHaveLength(1);
});
