import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildJavaHost } from "@letsdata/handlers/java/host-classes";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runCommand } from "../../../scripts/run-command.ts";
import { makeCustomersResources, recordIds } from "../access/customers-resources.ts";
import { datasetWithExactRole } from "../access/dataset-with-exact-role.ts";
import { startTestInstallation, type TestInstallation, testBuckets } from "../installation/start-installation.ts";
import { resultOfTrial } from "./trial-run.ts";

const repositoryDir = join(import.meta.dirname, "../../..");
const folder = mkdtempSync(join(tmpdir(), "letsdata-try-languages-"));
const classNames = {
  SQS: "queueMessageReaderImplementationClassName",
  KINESIS: "kinesisRecordReaderImplementationClassName",
  DYNAMODBSTREAMS: "dynamoDBStreamsRecordReaderImplementationClassName",
} as const;
let installation: TestInstallation;
let made: Awaited<ReturnType<typeof makeCustomersResources>>;
beforeAll(async () => {
  installation = await startTestInstallation();
  await installation.putHandler("python-records", join(import.meta.dirname, "../../fixtures/handlers/python-records"));
  await installation.putObject(testBuckets.code, "records.jar", await recordsJar());
  made = await makeCustomersResources(installation);
  installation.startWorker();
});
afterAll(async () => {
  await installation?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** The handler that the Java host's own tests use. */
async function recordsJar(): Promise<Buffer> {
  const { interfacesJar } = await buildJavaHost();
  const sources = join(repositoryDir, "packages/handlers/src/java/testing/artifact/com/acme");
  const files = ["EveryRecordReader.java", "Doc.java"].map((file) => join(sources, file));
  const classes = join(folder, "classes");
  const jar = join(folder, "records.jar");
  for (const command of [
    ["javac", "--release", "8", "-Xlint:-options", "-cp", interfacesJar, "-d", classes, ...files],
    ["jar", "--create", "--file", jar, "-C", classes, "."],
  ]) {
    const { code, output } = await runCommand(command[0]!, command.slice(1), { cwd: folder });
    expect(code, output).toBe(0);
  }
  return readFileSync(jar);
}

async function tried(name: string, source: keyof typeof made.sources, handler: string, read: object) {
  const { sources, targets } = made;
  const job = { ...sources[source], read: { ...sources[source].read, ...read }, write: targets.S3, name, handler };
  return resultOfTrial(installation, await datasetWithExactRole(installation, job));
}

test("a Python handler is tried on every source that makes records itself", async () => {
  const read = { artifactImplementationLanguage: "PYTHON" };
  for (const source of ["SQS", "KINESIS", "DYNAMODBSTREAMS", "DYNAMODB"] as const) {
    const { records, failure } = await tried(`Python${source}`, source, "python-records.zip", read);
    expect(failure, source).toBeNull();
    expect(records.length, source).toBeGreaterThan(0);
    for (const { outcome, document } of records) {
      expect({ source, outcome }).toEqual({ source, outcome: "document" });
      expect(recordIds).toContain(document?.documentId);
      expect(JSON.parse(document!.body.text)).toMatchObject({ language: "python" });
    }
  }
});

test("a Java handler is tried on a queue and on streams", async () => {
  for (const [source, className] of Object.entries(classNames)) {
    const read = { artifactImplementationLanguage: "JAVA", [className]: "com.acme.EveryRecordReader" };
    const name = source as keyof typeof classNames;
    const { records, failure } = await tried(`Java${source}`, name, "records.jar", read);
    expect(failure, source).toBeNull();
    expect(records.map(({ outcome }) => outcome)).toEqual(recordIds.map(() => "document"));
    expect(records[0]?.document?.body.text, source).toContain('"arguments":[');
  }
});
