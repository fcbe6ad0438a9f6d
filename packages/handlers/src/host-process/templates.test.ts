import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { jarOf } from "../artifact/jar-of.ts";
import { testHandler } from "../interfaces/test-handler.ts";
import { buildJavaHost } from "../java/host-classes.ts";
import { javaHost } from "../java/open-handler.ts";
import type { LanguageHost } from "../language-host.ts";
import { pythonHost } from "../python/open-handler.ts";

const templates = join(import.meta.dirname, "../../../../samples/templates");
const folder = mkdtempSync(join(tmpdir(), "letsdata-templates-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function run(command: string, args: readonly string[], cwd: string, env: Readonly<Record<string, string>> = {}) {
  const { status, stdout, stderr } = spawnSync(command, args, {
    cwd,
    encoding: "utf8",
    env: { ...process.env, ...env },
  });
  return { code: status, out: stdout + stderr };
}

/** What is not stated of the handler is found. */
async function kindsOf(host: LanguageHost, artifactDir: string, lines: string) {
  const file = join(folder, "clicks.log");
  writeFileSync(file, lines);
  const kinds: string[] = [];
  for await (const { result } of testHandler({ host, artifactDir, file })) kinds.push(result.kind);
  return kinds;
}

test("the Python template passes its unit test with the package's modules and runs as an artifact", async () => {
  const template = join(folder, "python");
  cpSync(join(templates, "python"), template, { recursive: true });
  const support = join(import.meta.dirname, "../python/host/support");
  const tested = run("python3", ["-m", "unittest", "discover", "test"], template, { PYTHONPATH: support });
  expect(tested).toMatchObject({ code: 0, out: expect.stringContaining("Ran 2 tests") });
  const lines = '{"id":"1","page":"/"}\n{"id":"2","page":"/","test":true}\n{"id":"3"}\n';
  expect(await kindsOf(pythonHost, template, lines)).toEqual(["document", "skip", "error"]);
});

test("the Java template builds with a JDK alone, passes its unit test and runs as a JAR", async () => {
  const { interfacesJar } = await buildJavaHost();
  expect(run("sh", ["build.sh", interfacesJar, join(folder, "java")], join(templates, "java"))).toMatchObject({
    code: 0,
    out: expect.stringContaining("ok"),
  });
  const artifactDir = join(folder, "artifact");
  mkdirSync(artifactDir);
  cpSync(join(folder, "java/clicks.jar"), jarOf(artifactDir));
  const kinds = await kindsOf(javaHost, artifactDir, "1\t/\ntest-2\t/\n3");
  expect(kinds).toEqual(["document", "skip", "error"]);
}, 120_000);
