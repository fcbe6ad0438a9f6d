import { spawn } from "node:child_process";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { afterAll, expect, onTestFinished, test } from "vitest";
import { encodeFrame } from "../host-process/frames.ts";
import { hostHelpers } from "../host-process/testing/host-suite.ts";
import { pythonCommand, pythonHost } from "./open-handler.ts";
import { artifactOf, parserArtifact } from "./testing/artifact-of.ts";

afterAll(() => pythonHost.close?.());

const helpersOf = (parser: Parameters<typeof parserArtifact>[0]) => {
  const artifactDir = parserArtifact(parser);
  return hostHelpers({ host: pythonHost, source: () => ({ artifactDir }), sourceFile: "SingleFileParser.py" });
};

test("an artifact's own modules are loaded, also those with the name of a module of the host", async () => {
  const names = ["state_machine", "frames", "sandbox", "supplied", "customer_code", "spark_place", "stack_report"];
  const own = names.map((name) => [`${name}.py`, `theirs = "${name}"\n`]);
  const { bodyOf } = helpersOf({
    before: `import ${names.join(", ")}`,
    body: `return ParseDocumentResult(None, document(text, names=[${names.map((name) => `${name}.theirs`).join(", ")}]), "SUCCESS")`,
    files: Object.fromEntries(own),
  });
  expect(JSON.parse(await bodyOf("a")).names).toEqual(names);
});

test.each([
  ["next() without a default", "", "next(iter(()))", "StopIteration"],
  [
    "an exception that takes no attribute",
    "import dataclasses\n\n@dataclasses.dataclass(frozen=True)\nclass Frozen(Exception):\n    part: str\n",
    'raise Frozen("a")',
    "Frozen: ",
  ],
])("%s is an exception at its record", async (_, before, deed, text) => {
  const { handle } = helpersOf({ before, body: `if text == "throw": ${deed}` });
  await expect(handle("a", "throw")).rejects.toMatchObject({
    code: "HANDLER_EXCEPTION",
    message: expect.stringContaining(`parseDocument threw at byte 100 of log.gz: ${text}`),
  });
});

test.each([
  ['"text"', "returned str instead of a ParseDocumentResult"],
  ["5", "returned int instead"],
  ["[document(text)]", "returned list instead"],
  ["{}", "returned dict instead"],
  ["document(text)", "returned Document instead"],
  ["CompositeDoc(document(text), [])", "returned CompositeDoc instead"],
  ['ParseDocumentResult(None, "text", "SUCCESS")', "document is a str, not a Document"],
  ['{"status": "SUCCESS", "document": {"a": 1}}', "document is a dict, not a Document"],
  ['{"status": "SUCCESS", "document": {"documentId": "1", "title": "a", "vectors": {}}}', "would lose title, vectors."],
])("what is no result, such as %s, is INVALID_DOCUMENT", async (returned, told) => {
  const { handle } = helpersOf({ body: `return ${returned}` });
  expect(await handle("a")).toMatchObject([
    { kind: "invalid", code: "INVALID_DOCUMENT", message: expect.stringContaining(told) },
  ]);
});

test.each(['{"status": "SUCCESS"}', '{"document": None}', "ParseDocumentResult(None, None, None)"])(
  "a result without a document, such as %s, is a skip",
  async (returned) => {
    const { handle } = helpersOf({ body: `return ${returned}` });
    expect(await handle("a")).toEqual([{ kind: "skip", reason: null }]);
  },
);

test("the stack of an exception has that of its cause, of both the artifact's lines only", async () => {
  const { handle } = helpersOf({
    before: "import json\n\ndef inner(text):\n    return json.loads(text)\n",
    body: 'try:\n    inner(text)\nexcept ValueError as error:\n    raise LookupError("no order") from error',
  });
  const problem = await handle("no JSON").catch((thrown: unknown) => thrown);
  const { stack } = (problem as { details: { stack: string } }).details;
  expect(stack).toMatch(/JSONDecodeError.*direct cause.*LookupError: no order/s);
  expect(stack).toContain("in inner");
  expect(stack).not.toMatch(/letsdata_hosting|decoder\.py/);
});

test.each([
  ["a number that JSON does not have", '{"statusCode": "SUCCESS", "data": float("nan")}'],
  ["a text", '"SUCCESS"'],
])("what an image's entry answers is the handler's exception where it is no JSON: %s", async (_, body) => {
  const answer = `{"StatusCode": 200, "body": ${body}}`;
  const entry = `def lambda_handler(event, context):\n    return ${answer}\n`;
  const artifactDir = artifactOf({ "letsdata_lambda_function.py": entry });
  const opening = async () => {
    const { frame } = await pythonHost.openSingleFileParser({ artifactDir, taskId: "task" });
    await frame("a.log");
  };
  await expect(opening()).rejects.toMatchObject({
    code: "HANDLER_EXCEPTION",
    message: expect.stringContaining("answered what is no JSON"),
  });
});

const loggingHandler = `
from letsdata_utils.logging_utils import logger
import logging

print("a print without its end", end="")
for name in ("debug", "info", "warning", "error", "critical"):
    getattr(logger, name)("said by %s\\n" + "é", name)
try:
    1 / 0
except ZeroDivisionError:
    logger.exception("divided")
logging.getLogger("botocore.auth").debug("Signature: a key")
logging.getLogger("botocore.auth").warning("theirs")
`;

/** What a host says while it loads such a handler: on the descriptor of its prints, and on standard error. */
async function sayingsOf(parser: Parameters<typeof parserArtifact>[0], environment: Readonly<Record<string, string>>) {
  const { command, args } = pythonCommand(parserArtifact(parser));
  const env = { ...process.env, ...environment };
  const host = spawn(command, [...args], { stdio: ["pipe", "pipe", "pipe", "pipe", "pipe"], env });
  onTestFinished(() => {
    host.kill("SIGKILL");
  });
  const place = { module: "letsdata_interfaces/readers/parsers/SingleFileParser.py", class: "SingleFileParser" };
  for (const part of encodeFrame({ op: "load", ...place, methods: [] })) host.stdin!.write(part);
  host.stdin!.end();
  const [printed, error] = await Promise.all([text(host.stdio[3] as Readable), text(host.stderr!)]);
  const lines = printed.split("\n").filter((line) => line.startsWith("\x1eletsdata:"));
  const told = lines.map((line) => JSON.parse(line.slice("\x1eletsdata:".length)) as TaskLine);
  return { printed, told, error };
}

const marking = { LETSDATA_MARKS_LOG_LINES: "1" };
/** As it is published: an artifact's own modules win. */
const publishedLogger = "import logging\nlogger = logging.getLogger()\nlogger.setLevel(logging.DEBUG)\n";

test.each([
  ["supplied", {}],
  ["published", { "letsdata_utils/logging_utils.py": publishedLogger }],
])("lines of the %s logger carry their levels; libraries do not tell at DEBUG", async (_, files) => {
  const { told, error } = await sayingsOf({ before: loggingHandler, body: "", files }, marking);
  expect(told.map(({ level, message }) => `${level} ${message.split("\n")[0]}`)).toEqual([
    "DEBUG said by debug",
    "INFO said by info",
    "WARN said by warning",
    "ERROR said by error",
    "ERROR said by critical",
    "ERROR divided",
    "WARN theirs",
  ]);
  expect(told[0]?.message).toBe("said by debug\né");
  expect(told[5]?.message).toContain("ZeroDivisionError");
  expect(error).toBe("");
});

test("a handler that configures Python's logging itself gets what it asks for", async () => {
  const before = `
import logging
logging.basicConfig(level=logging.INFO, format="own: %(message)s")
logging.getLogger("clicks").info("heard")
`;
  const { told, error } = await sayingsOf({ before, body: "" }, marking);
  expect(told).toEqual([]);
  expect(error).toBe("own: heard\n");
});

test.each([
  ["supplied", {}, "letsdata"],
  ["published", { "letsdata_utils/logging_utils.py": publishedLogger }, "root"],
])("where nobody reads marked lines those of the %s logger are for people", async (_, files, name) => {
  const { printed } = await sayingsOf({ before: loggingHandler, body: "", files }, { LETSDATA_MARKS_LOG_LINES: "" });
  expect(printed).not.toContain("\x1e");
  expect(printed).toContain(`INFO ${name} said by info\n`);
});

interface TaskLine {
  readonly level: string;
  readonly message: string;
}

/** Rules of the kernel lie one above the other, sixteen at most: a process that has so many cannot take those of the host. */
const withoutRoomForRules = `
import ctypes, os, sys
libc = ctypes.CDLL(None)
libc.prctl(38, 1, 0, 0, 0)
for _ in range(16):
    ruleset = libc.syscall(444, ctypes.byref(ctypes.c_uint64(1 << 6)), 8, 0)
    libc.syscall(446, ruleset, 0)
    os.close(ruleset)
os.execvp(sys.argv[1], sys.argv[1:])
`;

test("where the system cannot contain a handler, the log says so and why", async () => {
  const { command, args } = pythonCommand(parserArtifact({ body: "" }));
  const host = spawn("python3", ["-c", withoutRoomForRules, command, ...args], {
    stdio: ["pipe", "pipe", "pipe", "pipe", "pipe"],
  });
  onTestFinished(() => {
    host.kill("SIGKILL");
  });
  host.stdin!.end();
  expect(await text(host.stderr!)).toBe("The handler is not contained: Landlock refused (Argument list too long).\n");
});
