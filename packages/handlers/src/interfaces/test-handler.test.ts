import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { zstdCompressSync } from "node:zlib";
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
    out.push(result.kind === "document" ? result.document.fields() : result.kind);
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

test("an artifact with several interfaces asks which is meant", async () => {
  await expect(bodies({ file: "any" }, ordersModules)).rejects.toMatchObject({ code: "REQUEST_INVALID" });
});
