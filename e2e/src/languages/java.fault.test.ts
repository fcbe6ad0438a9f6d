import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildJavaHost } from "@letsdata/handlers/java/host-classes";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runCommand } from "../../../scripts/run-command.ts";
import { datasetJson, readOutputLines, waitUntilSettled } from "../installation/dataset-run.ts";
import { startTestInstallation, type TestInstallation, testBuckets } from "../installation/start-installation.ts";

const template = join(import.meta.dirname, "../../../samples/templates/java");
const folder = mkdtempSync(join(tmpdir(), "letsdata-java-"));
let installation: TestInstallation;
beforeAll(async () => {
  installation = await startTestInstallation();
  const { interfacesJar } = await buildJavaHost();
  const built = await runCommand("sh", ["build.sh", interfacesJar, folder], { cwd: template });
  expect(built.code, built.output).toBe(0);
  await installation.putObject(testBuckets.code, "clicks.jar", readFileSync(join(folder, "clicks.jar")));
  installation.startWorker();
});
afterAll(async () => {
  await installation?.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function run(name: string, className: string) {
  const read = { artifactImplementationLanguage: "JAVA", singleFileParserImplementationClassName: className };
  const dataset = datasetJson(installation, { name, handler: "clicks.jar", keys: ["clicks.log"], read });
  const { datasetId } = await installation.client.datasets.create(dataset);
  return waitUntilSettled(installation, datasetId, 180);
}

test("a dataset of the Java template's JAR completes: documents as serialize() wrote them, skips and errors counted", async () => {
  const lines = Array.from({ length: 3_000 }, (_, n) => (n % 3 === 2 ? `test-${n}\t/` : n === 0 ? "0" : `${n}\t/${n}`));
  await installation.putObject(testBuckets.data, "clicks.log", lines.join("\n"));
  const view = await run("JavaClicks", "com.acme.clicks.ClickParser");
  expect(view.datasetStatus, JSON.stringify(view.statusReason)).toBe("COMPLETED");
  expect(view.counts).toMatchObject({
    recordsRead: 3_000,
    documentsWritten: 1_999,
    recordsSkipped: 1_000,
    recordsErrored: 1,
  });
  const written = await readOutputLines(installation, "JavaClicks");
  expect(written).toHaveLength(1_999);
  expect(written.find(({ documentId }) => documentId === "4")).toMatchObject({ page: "/4" });
});

test("a class the JAR does not have is told when the dataset is made ready", async () => {
  const view = await run("JavaMissing", "com.acme.clicks.Missing");
  expect(view).toMatchObject({
    datasetStatus: "ERRORED",
    statusReason: expect.objectContaining({ message: expect.stringContaining("no class com.acme.clicks.Missing") }),
  });
});
