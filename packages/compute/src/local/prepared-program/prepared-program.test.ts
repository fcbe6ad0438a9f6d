import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, expect, test } from "vitest";
import { prepareProgram } from "./prepare-program.ts";

const starter = join(import.meta.dirname, "start-prepared.js");
let folder: string;
let entry: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "letsdata-program-"));
  entry = join(folder, "entry.ts");
  file = join(folder, "cache/entry.program");
  writeFileSync(join(folder, "package.json"), `{ "type": "module" }`);
  writeFileSync(
    entry,
    `import { word } from "./word.ts";
const { last } = await import("./last.ts");
console.log(word as string, last, import.meta.filename, new Error("here").stack?.split("\\n")[1]);`,
  );
  writeFileSync(join(folder, "last.ts"), `import words from "./words.cjs";\nexport const last: string = words.last;`);
  writeFileSync(join(folder, "words.cjs"), `module.exports = { last: require("./one.cjs") };`);
  writeFileSync(join(folder, "one.cjs"), `module.exports = "ü\\u2028";`);
  say("first");
});
afterEach(() => rmSync(folder, { recursive: true }));

function say(word: string): void {
  writeFileSync(join(folder, "word.ts"), `export const word: string = ${JSON.stringify(word)};`);
}

async function run(...args: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, ["--disable-warning=ExperimentalWarning", ...args]);
  return stdout;
}

test("a prepared program does what its sources do, under their names and lines, and reads none of them", async () => {
  const plain = await run(entry);
  expect(plain).toContain(`first ü\u2028 ${entry}`);
  await prepareProgram(entry, file);
  for (const name of ["entry.ts", "word.ts", "last.ts", "words.cjs", "one.cjs"])
    writeFileSync(join(folder, name), "throw 1;");
  expect(await run(starter, file, entry)).toBe(plain);
});

test("is made anew when one of its sources has changed, and only then", async () => {
  await prepareProgram(entry, file);
  const { ino } = statSync(file);
  await prepareProgram(entry, file);
  expect(statSync(file).ino).toBe(ino);
  say("other");
  await prepareProgram(entry, file);
  expect(await run(starter, file, entry)).toContain("other ");
});

test.each([
  ["is not there", () => rmSync(file)],
  ["is cut", () => writeFileSync(file, readFileSync(file).subarray(0, 200))],
  ["is another program's", () => writeFileSync(file, "[]\n{}\n")],
])("a file that %s costs time only", async (_what, damage) => {
  await prepareProgram(entry, file);
  damage();
  expect(await run(starter, file, entry)).toContain("first ");
  await prepareProgram(entry, file);
  expect(await run(starter, file, entry)).toContain("first ");
});

test("what cannot be loaded says so and leaves no file", async () => {
  writeFileSync(join(folder, "last.ts"), "throw new Error('not today');");
  await expect(prepareProgram(entry, file)).rejects.toThrow("not today");
  expect(() => statSync(file)).toThrow("ENOENT");
});
