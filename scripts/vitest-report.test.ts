import { expect, test } from "vitest";
import { failuresIn } from "./vitest-report.ts";

const none = { numPassedTests: 0, numFailedTests: 0, numPendingTests: 0, numTodoTests: 0 };

test("what failed is told in a line each: a test with its suites and why, a file that could not be loaded with why", () => {
  const passed = { ancestorTitles: [], title: "works", status: "passed" };
  const failed = {
    ancestorTitles: ["a queue", "keeps its promises"],
    title: "ends",
    status: "failed",
    failureMessages: ["AssertionError: expected 1 to be 2\n    at queue.test.ts:3:1"],
  };
  const testResults = [
    { name: "/repo/src/queue.test.ts", message: "", assertionResults: [passed, failed] },
    { name: "/repo/src/broken.test.ts", message: "SyntaxError: odd\n    at load", assertionResults: [] },
    { name: "/repo/src/fine.test.ts", message: "", assertionResults: [passed] },
  ];
  expect(failuresIn({ ...none, testResults }, "/repo")).toEqual([
    "src/queue.test.ts > a queue > keeps its promises > ends: AssertionError: expected 1 to be 2",
    "src/broken.test.ts: SyntaxError: odd",
  ]);
});
