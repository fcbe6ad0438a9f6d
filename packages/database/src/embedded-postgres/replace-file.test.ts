import { closeSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { replaceFile } from "./replace-file.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "replace-file-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test("who has begun to read reads the old text to its end; who begins then reads the new one, and nothing else is left", () => {
  const file = join(folder, "state.json");
  replaceFile(file, '{"port":1}');
  const reader = openSync(file, "r");
  replaceFile(file, '{"port":22222}');
  expect(readFileSync(reader, "utf8")).toBe('{"port":1}');
  closeSync(reader);
  expect(readFileSync(file, "utf8")).toBe('{"port":22222}');
  expect(readdirSync(folder)).toEqual(["state.json"]);
});
