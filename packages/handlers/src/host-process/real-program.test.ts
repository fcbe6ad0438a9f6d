import { execFileSync } from "node:child_process";
import { chmodSync, cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterEach, beforeAll, expect, onTestFinished, test, vi } from "vitest";
import { buildJavaArtifact } from "../java/host-classes.ts";
import { javaHost } from "../java/open-handler.ts";
import { pythonHost } from "../python/open-handler.ts";
import { hostHelpers } from "./testing/host-suite.ts";

afterEach(() => {
  vi.unstubAllEnvs();
  pythonHost.close?.();
  javaHost.close?.();
});

let javaArtifact: string;
beforeAll(async () => {
  javaArtifact = await buildJavaArtifact(join(import.meta.dirname, "../java/testing/artifact"));
}, 300_000);

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "letsdata-shims-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

/** In front of the PATH. As those of version managers do, it goes by a file in the working folder: with one it starts something else. */
function useShim(program: string, versionFile: string): void {
  const folder = temporaryFolder();
  const real = execFileSync("sh", ["-c", `command -v ${program}`], { encoding: "utf8", cwd: "/" }).trim();
  const script = `#!/bin/sh\nif [ -f ${versionFile} ]; then echo "the artifact chose me" >&2; exit 3; fi\nexec ${real} "$@"\n`;
  writeFileSync(join(folder, program), script);
  chmodSync(join(folder, program), 0o755);
  vi.stubEnv("PATH", `${folder}${delimiter}${process.env.PATH}`);
}

const python = { program: "python3", host: pythonHost, source: {}, file: "SingleFileParser.py" };
const java = {
  program: "java",
  host: javaHost,
  source: { implementation: "com.acme.SingleFileParser" },
  file: "SingleFileParser.java",
};

test.each([
  {
    ...python,
    versionFile: ".python-version",
    artifact: () => join(import.meta.dirname, "../python/testing/artifact"),
  },
  { ...java, versionFile: ".java-version", artifact: () => javaArtifact },
  { ...java, versionFile: ".tool-versions", artifact: () => javaArtifact },
])("an artifact's $versionFile does not choose its $program", async (tested) => {
  const { program, host, source, file, versionFile, artifact } = tested;
  const artifactDir = join(temporaryFolder(), "artifact");
  cpSync(artifact(), artifactDir, { recursive: true });
  writeFileSync(join(artifactDir, versionFile), "1.0\n");
  useShim(program, versionFile);
  const { handle } = hostHelpers({ host, source: () => ({ artifactDir, ...source }), sourceFile: file });
  expect(await handle("a")).toMatchObject([{ kind: "document" }]);
});

test("a program that is there and does not work is told with what it says", async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "python3"), '#!/bin/sh\necho "version 1.0 is not installed" >&2\nexit 1\n');
  chmodSync(join(folder, "python3"), 0o755);
  vi.stubEnv("PATH", `${folder}${delimiter}${process.env.PATH}`);
  const artifactDir = join(import.meta.dirname, "../python/testing/artifact");
  await expect(pythonHost.openSingleFileParser({ artifactDir, taskId: "task" })).rejects.toMatchObject({
    code: "NOT_AVAILABLE_LOCALLY",
    message: expect.stringContaining("`python3` does not work: version 1.0 is not installed"),
  });
});

test("a program that is not there is told with what to install", async () => {
  vi.stubEnv("PATH", temporaryFolder());
  const artifactDir = join(import.meta.dirname, "../python/testing/artifact");
  await expect(pythonHost.openSingleFileParser({ artifactDir, taskId: "task" })).rejects.toMatchObject({
    code: "NOT_AVAILABLE_LOCALLY",
    message: expect.stringContaining("Python handlers need Python 3.9 or newer (`python3`)"),
  });
});
