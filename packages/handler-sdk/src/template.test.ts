import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { build } from "./build.ts";

const packageDir = join(import.meta.dirname, "..");
const repositoryDir = join(packageDir, "../..");
const template = mkdtempSync(join(tmpdir(), "letsdata-template-"));
afterAll(() => rmSync(template, { recursive: true, force: true }));

/** A checkout of the template with the package as it is published: package.json and `dist`. */
beforeAll(() => {
  build();
  cpSync(join(repositoryDir, "samples/templates/javascript"), template, { recursive: true });
  const place = (name: string): string => {
    const path = join(template, "node_modules", name);
    mkdirSync(dirname(path), { recursive: true });
    return path;
  };
  for (const file of ["package.json", "dist"]) {
    cpSync(join(packageDir, file), join(place("@letsdata/handler/x"), "..", file), { recursive: true });
  }
  symlinkSync(join(packageDir, "node_modules/typescript"), place("typescript"));
  symlinkSync(join(repositoryDir, "node_modules/@types/node"), place("@types/node"));
});

function run(args: readonly string[]): { readonly code: number | null; readonly out: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: template, encoding: "utf8" });
  return { code: status, out: stdout + stderr };
}

test("the template's unit test passes against the published package", () => {
  expect(run(["node_modules/typescript/bin/tsc", "-p", "tsconfig.test.json"])).toEqual({ code: 0, out: "" });
  const tested = run(["--test", "build/test/single-file-parser.test.js"]);
  expect(tested).toMatchObject({ code: 0, out: expect.stringMatching(/pass 2\n/) });
});

test("what it builds runs through letsdata handlers test: as classes, and as nothing but a Lambda function", () => {
  writeFileSync(join(template, "clicks.log"), '{"id":"1","page":"/"}\n{"id":"2","test":true}\n');
  const cli = join(repositoryDir, "apps/cli/src/main.ts");
  const tried = (artifact: string) => run([cli, "handlers", "test", "--artifact", artifact, "--file", "clicks.log"]);
  const asClasses = tried("build/src");
  expect(asClasses).toMatchObject({ code: 0, out: expect.stringContaining('"documentId":"1"') });
  mkdirSync(join(template, "function/app"), { recursive: true });
  cpSync(join(template, "build/src/letsdata_interfaces"), join(template, "function/app/letsdata_interfaces"), {
    recursive: true,
  });
  writeFileSync(
    join(template, "function/index.js"),
    `import { lambdaHandler } from "@letsdata/handler";
     import { SingleFileParser } from "./app/letsdata_interfaces/readers/parsers/SingleFileParser.js";
     export const handler = lambdaHandler({ SingleFileParser });`,
  );
  expect(tried("function").out).toBe(asClasses.out);
});
