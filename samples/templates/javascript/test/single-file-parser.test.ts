import assert from "node:assert/strict";
import { test } from "node:test";
import { runHandler } from "@letsdata/handler/testing";
import { SingleFileParser } from "../src/letsdata_interfaces/readers/parsers/SingleFileParser.js";

test("clicks become documents, those of tests are skipped, incomplete ones are errors", async () => {
  const content = '{"id":"1","page":"/"}\n{"id":"2","page":"/","test":true}\n{"id":"3"}\n';
  const { documents, errors, skips } = await runHandler({ handler: SingleFileParser, content });
  assert.deepEqual(documents, [{ documentId: "1", recordType: "Click", partitionKey: "/", page: "/" }]);
  assert.deepEqual(skips, [{ reason: "a click of a test" }]);
  assert.equal(errors[0]?.message, "a click needs id and page");
});

test("a line that is no JSON fails the task at its place", async () => {
  await assert.rejects(runHandler({ handler: SingleFileParser, content: '{"id":}\n' }), {
    code: "HANDLER_EXCEPTION",
    message: /^parseDocument threw at byte 0 of test: SyntaxError/,
  });
});
