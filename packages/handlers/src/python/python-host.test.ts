import { join } from "node:path";
import type { HandlerResult } from "@letsdata/plugin-kit/handler";
import { testHandler, textRecord } from "@letsdata/plugin-kit/testing/handler-conformance";
import { expect, test } from "vitest";
import { testOrders } from "../state-machine/testing/orders-suite.ts";
import { pythonHost } from "./open-handler.ts";

const artifactDir = join(import.meta.dirname, "testing/artifact");
const open = () => pythonHost.openSingleFileParser({ artifactDir, taskId: "task" });

testHandler("the Python handler", {
  openHandler: async () => (await open()).handler,
  answersSynchronously: false,
});

async function handle(...texts: readonly string[]): Promise<readonly HandlerResult[]> {
  const { handler } = await open();
  try {
    return await handler.handle(
      texts.map((text, n) => textRecord(text, n * 100)),
      new AbortController().signal,
    );
  } finally {
    await handler.close();
  }
}
async function bodyOf(text: string): Promise<string> {
  const [result] = await handle(text);
  return result?.kind === "document" ? result.document.body : JSON.stringify(result);
}

test("the handler is asked about a file as JavaScript's is", async () => {
  const host = await open();
  expect(await host.frame("a.gz")).toEqual({
    fileType: "LOG",
    resolvedName: "in/a.gz",
    start: { kind: "pattern", pattern: Buffer.from("{") },
    end: null,
  });
  await host.handler.close();
});

test("parseDocument gets file, offset and exact bytes with 0 and length", async () => {
  const [, result] = await handle("first", "arguments");
  const fields = result?.kind === "document" ? result.document.fields() : {};
  expect(fields.arguments).toEqual(["LOG", "log.gz", 100, "bytearray", 0, 9]);
});

test("a body is serialised by Python: no number is changed on the way", async () => {
  expect(await bodyOf("big")).toBe(
    '{"documentId":"big","recordType":"LOG","documentMetadata":{"m":1},"text":"big","big":12345678901234567890,"one":1.0}',
  );
});

test("each document has its own body, whatever letters it holds and whatever became of the records between", async () => {
  const texts = ["über", "skip it", '𝄞 "quoted" \\ \u2028', "error x", "unserialisable", "\n", "last"];
  const results = await handle(...texts);
  const told = results.map((result) => (result.kind === "document" ? result.document.fields().text : result.kind));
  expect(told).toEqual([texts[0], "skip", texts[2], "error", "invalid", texts[5], texts[6]]);
});

test("an awaitable answer is awaited, an error record keeps what the handler filled in, what is no JSON is an error record", async () => {
  const results = await handle("async", "error x", "unserialisable", "plain");
  expect(results.map(({ kind }) => kind)).toEqual(["document", "error", "invalid", "document"]);
  expect(results[1]).toMatchObject({
    error: { message: "error x", startOffsets: { LOG: "7" }, document: '{"recordType":"LOG","text":"error x"}' },
  });
  expect(results[2]).toMatchObject({ message: expect.stringContaining("not JSON serializable") });
});

test("an exception tells record, line and the handler's own stack", async () => {
  await expect(handle("a", "throw up")).rejects.toMatchObject({
    code: "HANDLER_EXCEPTION",
    message: expect.stringMatching(
      /^parseDocument threw at byte 100 of log\.gz: ValueError: throw up \(line \d+ of SingleFileParser\.py\)$/,
    ),
    details: { stack: expect.stringContaining('File "letsdata_interfaces/readers/parsers/SingleFileParser.py"') },
  });
});

test("sys.exit is an exception; a process that dies is TASK_CRASHED, and the next attempt gets a new one", async () => {
  await expect(handle("exit")).rejects.toMatchObject({
    code: "HANDLER_EXCEPTION",
    message: expect.stringContaining("SystemExit: 3"),
  });
  await expect(handle("die")).rejects.toMatchObject({
    code: "TASK_CRASHED",
    message: expect.stringContaining("exit code 4"),
  });
  expect((await handle("a"))[0]?.kind).toBe("document");
});

test("what a handler prints never reaches the pipe", async () => {
  expect((await handle("print", "a")).map(({ kind }) => kind)).toEqual(["document", "document"]);
});

test("an endless loop ends with the attempt's signal", async () => {
  const { handler } = await open();
  const abort = new AbortController();
  const handled = handler.handle([textRecord("loop")], abort.signal);
  abort.abort();
  await expect(handled).rejects.toMatchObject({ code: "TASK_CRASHED" });
  await handler.close();
});

test("customer code reads no files of others, writes none, starts no program and signals no process", async () => {
  expect(JSON.parse(await bodyOf("escape")).refused).toEqual(["refused", "refused", "refused", "refused", "refused"]);
});

test("a bad artifact is told at initialisation: no module, no class", async () => {
  const describe = (interfaceName: "QueueMessageReader" | "SingleFileParser", implementation?: string) =>
    pythonHost.describe({ artifactDir, interfaceName, ...(implementation ? { implementation } : {}) });
  await expect(describe("QueueMessageReader")).rejects.toMatchObject({
    code: "ARTIFACT_INVALID",
    message: expect.stringContaining("letsdata_interfaces/readers/sqs/QueueMessageReader.py"),
  });
  const module = "letsdata_interfaces/readers/parsers/SingleFileParser";
  await expect(describe("SingleFileParser", `${module}#Other`)).rejects.toMatchObject({
    code: "ARTIFACT_INVALID",
    message: expect.stringContaining("has no class Other; it has SingleFileParser"),
  });
  expect(await describe("SingleFileParser")).toEqual({
    language: "PYTHON",
    interfaces: { SingleFileParser: `${module}.py` },
  });
});

testOrders("Python", pythonHost, () => ({ artifactDir }));
