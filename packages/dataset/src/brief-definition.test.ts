import { expect, test } from "vitest";
import { briefAttributes, briefReaderDefinition } from "./brief-definition.ts";

test("a reader definition is shown as its file names, with the type where there is one", () => {
  expect(briefReaderDefinition({ line: 1, fileNames: { "": "movies/part-00.jsonl.gz" } })).toBe(
    "movies/part-00.jsonl.gz",
  );
  expect(briefReaderDefinition({ line: 2, fileNames: { LOG: "a.gz", META: "b.json" } })).toBe(
    "LOG: a.gz, META: b.json",
  );
  expect(briefReaderDefinition({ shardId: "shardId-000000000000" })).toBe("shardId shardId-000000000000");
});

test("a Spark task is shown with its step", () => {
  const mapper = { line: 1, fileNames: { "": "a.txt" }, sparkStep: "mapper" };
  expect(briefReaderDefinition(mapper)).toBe("mapper of a.txt");
  expect(briefReaderDefinition({ sparkStep: "reducer", lines: 1200, fingerprint: "9-a" })).toBe(
    "reducer of 1,200 lines",
  );
});

test("a checkpoint is shown as names and grouped numbers, without JSON", () => {
  expect(briefAttributes({ offset: 12345, member: null })).toBe("offset 12,345");
  expect(briefAttributes({ files: [{ offset: 5, done: false }] })).toBe("files offset 5  done false");
});
