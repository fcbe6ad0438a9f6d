import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { enableCompileCache } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { createLog } from "./log.ts";
import { prepareTaskProgram } from "./task-program.ts";

const folder = mkdtempSync(join(tmpdir(), "letsdata-task-program-"));
afterAll(() => rmSync(folder, { recursive: true }));
const lines: string[] = [];
const log = createLog("w", (line) => lines.push(line));

function program(name: string, source: string): string {
  const file = join(folder, name);
  writeFileSync(file, source);
  return file;
}

test("there is a prepared program once it is made, beside the compile cache; one that cannot be made is said and there is none", async () => {
  const entry = program("fine.mjs", "export const fine = true;");
  expect(prepareTaskProgram(entry, log)()).toBeNull();
  enableCompileCache(join(folder, "cache"));
  const preparedFile = prepareTaskProgram(entry, log);
  expect(preparedFile()).toBeNull();
  await expect.poll(preparedFile, { timeout: 40_000 }).toContain(join(folder, "cache"));
  expect(existsSync(preparedFile() ?? "")).toBe(true);

  const broken = prepareTaskProgram(program("broken.mjs", "throw new Error('not today');"), log);
  await expect.poll(() => lines.join("\n"), { timeout: 40_000 }).toContain("not today");
  expect(broken()).toBeNull();
});
