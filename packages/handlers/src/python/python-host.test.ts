import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { type HostUnderTest, hostHelpers, testHost } from "../host-process/testing/host-suite.ts";
import { testRecordInterfaces } from "../interfaces/testing/record-suite.ts";
import { testLivingDocuments } from "../state-machine/testing/living-documents-suite.ts";
import { testOrders } from "../state-machine/testing/orders-suite.ts";
import { pythonHost } from "./open-handler.ts";

afterAll(() => pythonHost.close?.());

const artifactDir = join(import.meta.dirname, "testing/artifact");
const underTest: HostUnderTest = {
  language: "Python",
  host: pythonHost,
  source: () => ({ artifactDir }),
  exitMessage: "SystemExit: 3",
  unusable: "unserialisable",
  escapes: 5,
  sourceFile: join(artifactDir, "letsdata_interfaces/readers/parsers/SingleFileParser.py"),
  hangs: { loop: /while True:|pass/, sleep: /time\.sleep/ },
  crashesIn: /line \d+ of SingleFileParser\.py/,
};
const { handle, bodyOf, stackOfHang } = hostHelpers(underTest);

testHost(underTest);

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

test.each([
  ["one call of C that never lets the interpreter", "count", /sum\(range/],
  ["a coroutine that waits", "await", /await asyncio\.sleep/],
])("asked in the middle of %s, it tells the handler's line", async (_, deed, text) => {
  const stack = await stackOfHang(deed, text);
  expect(stack).toContain('File "letsdata_interfaces/readers/parsers/SingleFileParser.py", line ');
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

testLivingDocuments("Python", pythonHost, () => ({ artifactDir }));

testRecordInterfaces({
  name: "Python",
  open: (interfaceName) => {
    const artifactDir = join(import.meta.dirname, "testing/every-record-reader");
    return pythonHost.openRecordHandler({ artifactDir, taskId: "task", interfaceName });
  },
  answersSynchronously: false,
  queuesBatches: true,
});
