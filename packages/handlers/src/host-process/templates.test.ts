import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { afterAll, afterEach, expect, test, vi } from "vitest";
import { jarOf } from "../artifact/jar-of.ts";
import { testHandler } from "../interfaces/test-handler.ts";
import { buildJavaHost } from "../java/host-classes.ts";
import { javaHost } from "../java/open-handler.ts";
import type { LanguageHost } from "../language-host.ts";
import { pythonHost } from "../python/open-handler.ts";

const support = join(import.meta.dirname, "../python/host/support");
const templates = join(import.meta.dirname, "../../../../samples/templates");
const folder = mkdtempSync(join(tmpdir(), "letsdata-templates-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
afterEach(() => {
  vi.unstubAllEnvs();
  pythonHost.close?.();
  javaHost.close?.();
});

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

/** A Python of its own, with the package in it as it is published: no index and no pip are needed for that. */
function pythonWithPackage(): string {
  const [venv, wheels] = [join(folder, "venv"), join(folder, "wheels")];
  const succeed = (command: string, ...args: readonly string[]): string => {
    const { code, out } = run(command, args, folder);
    expect(code, out).toBe(0);
    return out.trim();
  };
  const wheel = succeed("python3", "-B", join(import.meta.dirname, "../python/build_package.py"), wheels);
  succeed("python3", "-m", "venv", "--without-pip", venv);
  const python = join(venv, "bin/python");
  const purelib = succeed(python, "-I", "-c", "import sysconfig; print(sysconfig.get_path('purelib'))");
  succeed(python, "-m", "zipfile", "-e", wheel, purelib);
  return python;
}

/** Its skips are errors. */
const ownSkipDoc = `
from letsdata_interfaces.documents.ErrorDoc import ErrorDoc as SkipDoc
`;

const tellOfPackage = `
import base64, hashlib, importlib.metadata, json
package = importlib.metadata.distribution("letsdata-handlers")
def digest(file):
    return base64.urlsafe_b64encode(hashlib.sha256(file.read_binary()).digest()).decode().rstrip("=")
wrong = [str(file) for file in package.files if file.hash and file.hash.value != digest(file)]
modules = sorted(str(file) for file in package.files if file.suffix == ".py")
import letsdata_lambda_function
print(json.dumps([package.version, package.metadata["Requires-Python"], wrong, modules]))
`;

test("the Python template passes its unit test with the package in a Python of its own and runs as an artifact", async () => {
  const template = join(folder, "python");
  cpSync(join(templates, "python"), template, { recursive: true });
  const python = pythonWithPackage();
  const tested = run(python, ["-I", "-B", "-m", "unittest", "discover", "test"], template);
  expect(tested).toMatchObject({ code: 0, out: expect.stringContaining("Ran 2 tests") });
  const lines = '{"id":"1","page":"/"}\n{"id":"2","page":"/","test":true}\n{"id":"3"}\n';
  // Also by the Python that has the package, which must not hide the artifact's modules.
  for (const path of [process.env.PATH, `${dirname(python)}${delimiter}${process.env.PATH}`]) {
    vi.stubEnv("PATH", path);
    expect(await kindsOf(pythonHost, template, lines)).toEqual(["document", "skip", "error"]);
    pythonHost.close?.();
  }
  // An artifact's own modules of these names win over the package's.
  mkdirSync(join(template, "letsdata_interfaces/documents"));
  writeFileSync(join(template, "letsdata_interfaces/documents/SkipDoc.py"), ownSkipDoc);
  expect(await kindsOf(pythonHost, template, lines)).toEqual(["document", "error", "error"]);
  const [version, needs, wrong, modules] = JSON.parse(run(python, ["-I", "-B", "-c", tellOfPackage], folder).out);
  expect([version, needs, wrong]).toEqual(["0.1.0", ">=3.9", []]);
  // All that an installation supplies, but for the stand-in of a package that a Lambda image brings itself.
  const supplied = (readdirSync(support, { recursive: true }) as string[]).filter((name) => name.endsWith(".py"));
  expect(modules).toEqual(supplied.filter((name) => !name.startsWith("aws_lambda_powertools")).sort());
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
}, 300_000);

/** The block of a template's README in its language. */
function blockOf(language: string): string {
  const readme = readFileSync(join(templates, language, "README.md"), "utf8");
  return new RegExp(`\`\`\`${language}\\n(.*?)\`\`\``, "s").exec(readme)![1]!;
}

/** A handler of every interface, which counts what it is called with. */
const pythonHandlers = `
called = []
def skip(self, *given):
    called.append(type(self).__name__)
    return {"status": "SKIP"}
class SingleFileParser:
    getS3FileType = lambda self: "LOG"
    getResolvedS3FileName = lambda self, kind, name: name
    getRecordStartPattern = getRecordEndPattern = getNextRecordStartPattern = getNextRecordEndPattern = lambda self, *given: None
    getNextExpectedRecordType = lambda self, *given: "LINE"
    parseDocument = skip
class SingleFileStateMachineParser(SingleFileParser): pass
class QueueMessageReader: parseMessage = skip
class KinesisRecordReader: parseMessage = skip
class DynamoDBStreamsRecordReader: parseRecord = skip
class DynamoDBTableItemReader: parseDynamoDBItem = skip
class SingleFileStateMachineReader:
    getS3FileType = lambda self: "LOG"
    getResolvedS3FileName = lambda self, kind, name: name
    def parseDocument(self, kind, last_type, last, file):
        file.nextRecord()
        return skip(self)
class MultipleFileStateMachineReader:
    getS3FileTypes = lambda self: ["HEAD", "LINE"]
    getResolvedS3FileNames = lambda self, names: names
    getParserInterfacesForS3FileTypes = lambda self, types: {kind: SingleFileStateMachineParser() for kind in types}
    def parseDocument(self, last_types, last, files):
        for file in files.values(): file.nextRecord()
        return skip(self)
class SagemakerVectorsInterface:
    extractDocumentElementsForVectorization = lambda self, document: {"title": document["title"]}
    def constructVectorDoc(self, document, vectors):
        called.append(type(self).__name__)
`;

test("what the Python template says of unit tests runs as it stands, for every interface", () => {
  const names = /class (\w+)/g;
  const { code, out } = run(
    "python3",
    ["-B", "-c", `${pythonHandlers}\n${blockOf("python")}\nprint(*sorted(set(called)))`],
    folder,
    { PYTHONPATH: support },
  );
  expect(code, out).toBe(0);
  expect(out.trim().split(" ")).toEqual([...pythonHandlers.matchAll(names)].map(([, name]) => name).sort());
});

test("what the Java template says of unit tests compiles as it stands, for every interface", async () => {
  const { interfacesJar } = await buildJavaHost();
  const block = blockOf("java");
  const readers = [...block.matchAll(/over\((\w+), /g)].map(([, name]) => name!);
  const interfaces = readers.map((name) => name[0]!.toUpperCase() + name.slice(1));
  expect(interfaces).toHaveLength(8);
  const parameters = [...interfaces.map((name, n) => `${name} ${readers[n]}`), ...othersInJava].join(", ");
  writeFileSync(
    join(folder, "Example.java"),
    `${importsInJava} class Example { void run(${parameters}) { ${block} } }`,
  );
  expect(run("javac", ["-cp", interfacesJar, "-d", folder, join(folder, "Example.java")], folder)).toMatchObject({
    code: 0,
  });
}, 300_000);

const othersInJava = [
  "SingleFileStateMachineParser singleFileStateMachineParser",
  "Map<String, SingleFileStateMachineParser> parsersByFileType",
  "Map<String, String> textsByFileType",
  "List<com.resonance.letsdata.data.documents.interfaces.DocumentInterface> documents",
];
const importsInJava = ["", ".dynamodb", ".dynamodbstreams", ".kinesis", ".parsers", ".sagemaker", ".sqs"]
  .map((place) => `import com.resonance.letsdata.data.readers.interfaces${place}.*;`)
  .concat("import com.resonance.letsdata.data.testing.HandlerRun;", "import java.util.*;")
  .join("\n");
