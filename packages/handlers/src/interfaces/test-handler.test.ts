import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { afterAll, expect, test } from "vitest";
import { ordersModules, writeArtifact } from "../state-machine/testing/orders-artifact.ts";
import { testHandler } from "./test-handler.ts";

const folders = [mkdtempSync(join(tmpdir(), "letsdata-test-handler-"))];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});
const write = (name: string, content: string | Buffer): string => {
  const path = join(folders[0] as string, name);
  writeFileSync(path, content);
  return path;
};
const modules: Readonly<Record<string, readonly [path: string, method: string]>> = {
  QueueMessageReader: ["sqs", "parseMessage"],
  KinesisRecordReader: ["kinesis", "parseMessage"],
  DynamoDBStreamsRecordReader: ["dynamodbstreams", "parseRecord"],
  DynamoDBTableItemReader: ["dynamodb", "parseDynamoDBItem"],
};

async function bodies(input: Omit<Parameters<typeof testHandler>[0], "artifactDir">, files: Record<string, string>) {
  const artifactDir = await writeArtifact(files);
  folders.push(artifactDir);
  const out: unknown[] = [];
  for await (const { result } of testHandler({ artifactDir, ...input })) {
    if (result.kind === "document") out.push(result.document.fields());
    else out.push(result.kind === "invalid" ? `invalid ${result.code}` : result.kind);
  }
  return out;
}

test.each(Object.entries(modules))("%s gets the lines of a file as its records", async (name, [folder, method]) => {
  const last =
    '{ documentId: "1", documentKeyValuesMap: { last: args.at(-1) instanceof Uint8Array ? String(Buffer.from(args.at(-1))) : args.at(-1), count: args.length } }';
  const module = `export class ${name} { ${method}(...args) { return { status: "SUCCESS", document: ${last} }; } }`;
  const files = { [`letsdata_interfaces/readers/${folder}/${name}.js`]: module };
  const [found] = (await bodies({ file: write(`${name}.jsonl`, '{"a":1}\n\n') }, files)) as [{ last: unknown }];
  const isText = name === "QueueMessageReader" || name === "KinesisRecordReader";
  expect(found.last).toEqual(isText ? '{"a":1}' : { a: 1 });
});

test("a line that names parameters gives them", async () => {
  const module = `export class QueueMessageReader { parseMessage(id, group, dedup, attributes, body) {
    return { status: "SUCCESS", document: { documentId: id, documentKeyValuesMap: { group, dedup, attributes, body } } }; } }`;
  const line = '{"messageId":"m","messageGroupId":"g","messageAttributes":{"k":"v"},"messageBody":"hello"}\n';
  const files = { "letsdata_interfaces/readers/sqs/QueueMessageReader.js": module };
  expect(await bodies({ file: write("messages.jsonl", line) }, files)).toEqual([
    { documentId: "m", group: "g", dedup: null, attributes: { k: "v" }, body: "hello" },
  ]);
});

test("state machines read one packed file, or several named as in a manifest", async () => {
  const orders = write("orders.zst", zstdCompressSync(Buffer.from("\nH,1,a\nI,1,b\nE,1,\n")));
  const single = { file: orders, interfaceName: "SingleFileStateMachineReader" };
  expect(await bodies(single, ordersModules)).toMatchObject([{ documentId: "1", items: ["b"] }]);
  const pair = `head:${write("heads", "1,h\n")}|line:${write("lines", "1,x\n1,y\n")}`;
  const several = { file: pair, interfaceName: "MultipleFileStateMachineReader" };
  expect(await bodies(several, ordersModules)).toMatchObject([{ documentId: "1", lines: ["x", "y"] }]);
});

const wholeLines = `export class SingleFileParser {
  getS3FileType() { return "LOG"; }
  getResolvedS3FileName(type, name) { return name; }
  getRecordStartPattern() { return null; }
  getRecordEndPattern() { return { recordHintType: "PATTERN", pattern: "\\n", offset: -1 }; }
  parseDocument(type, name, offset, bytes, from, to) {
    const text = String(Buffer.from(bytes.subarray(from, to))).trim();
    return { status: "SUCCESS", document: { documentId: text, documentKeyValuesMap: {} } }; } }`;
const wholeLinesFiles = { "letsdata_interfaces/readers/parsers/SingleFileParser.js": wholeLines };

const skippableFrame = Buffer.from([0x50, 0x2a, 0x4d, 0x18, 2, 0, 0, 0, 9, 9]);
test.each([
  ["zst", [skippableFrame, zstdCompressSync("1\n2\n"), skippableFrame, zstdCompressSync("3\n")]],
  ["gz", [gzipSync("1\n2\n"), gzipSync("3\n")]],
])("all members of a packed file are read: %s", async (extension, members) => {
  const file = write(`members.${extension}`, Buffer.concat(members));
  expect(await bodies({ file }, wholeLinesFiles)).toMatchObject([
    { documentId: "1" },
    { documentId: "2" },
    { documentId: "3" },
  ]);
});

test("a packed file that is damaged is told with its name and place", async () => {
  const file = write("damaged.zst", Buffer.concat([zstdCompressSync("1\n"), Buffer.from("no frame")]));
  await expect(bodies({ file }, wholeLinesFiles)).rejects.toMatchObject({
    code: "SOURCE_CORRUPT",
    message: expect.stringContaining("damaged.zst"),
  });
});

test("a record over the limit comes out in its place, as the error record a task makes of it", async () => {
  const file = write(
    "large.gz",
    gzipSync(Buffer.concat([Buffer.from("1\n"), Buffer.alloc(65 * 2 ** 20), Buffer.from("\n3\n")])),
  );
  expect(await bodies({ file }, wholeLinesFiles)).toMatchObject([
    { documentId: "1" },
    "invalid RECORD_TOO_LARGE",
    { documentId: "3" },
  ]);
});

test("an artifact with several interfaces asks which is meant", async () => {
  await expect(bodies({ file: "any" }, ordersModules)).rejects.toMatchObject({ code: "REQUEST_INVALID" });
});
