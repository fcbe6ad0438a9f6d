import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildJavaHost } from "@letsdata/handlers/java/host-classes";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { waitUntilSettled } from "../../../e2e/src/installation/dataset-run.ts";
import {
  startTestInstallation,
  type TestInstallation,
  testBuckets,
} from "../../../e2e/src/installation/start-installation.ts";
import { createSparkDataset, type SparkShape, textsBelow } from "../../../e2e/src/spark/spark-dataset.ts";
import { runCommand } from "../../run-command.ts";
import { installSpark } from "./install-spark.ts";

const SETTLED_SECONDS = 420;
const TEST_MS = (SETTLED_SECONDS + 30) * 1_000;
const files = { "a.txt": "one two two\nthree", "b.txt": "Two Three" };
const counts = ["one,1", "three,2", "two,3"];

let installation: TestInstallation;
let sparkHome: string;
const folder = mkdtempSync(join(tmpdir(), "letsdata-spark-"));
beforeAll(async () => {
  [sparkHome, installation] = await Promise.all([installSpark(), startTestInstallation()]);
  await installation.putHandler("python", join(import.meta.dirname, "python"));
  installation.startWorker({ SPARK_HOME: sparkHome, LETSDATA_TASK_SLOTS: "1" });
});
afterAll(async () => {
  await installation?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** Compiled against the published interfaces and the real Spark, AWS SDK and Gson, which the JAR leaves to SPARK_HOME. */
async function buildJar(): Promise<string> {
  const { interfacesJar } = await buildJavaHost();
  const sources = join(import.meta.dirname, "java/com/acme/spark");
  const javaFiles = readdirSync(sources).map((name) => join(sources, name));
  const classPath = `${interfacesJar}:${sparkHome}/jars/*`;
  const classes = join(folder, "classes");
  const jar = join(folder, "words.jar");
  for (const [command, ...parameters] of [
    ["javac", "--release", "8", "-Xlint:-options", "-cp", classPath, "-d", classes, ...javaFiles],
    ["jar", "--create", "--file", jar, "-C", classes, "."],
  ]) {
    const { code, output } = await runCommand(command!, parameters, { cwd: folder });
    expect(code, output).toBe(0);
  }
  return jar;
}

async function countsOf(shape: Omit<SparkShape, "files" | "memoryMegabytes" | "timeoutSeconds">): Promise<string[]> {
  const dataset = await createSparkDataset(installation, {
    ...shape,
    files,
    memoryMegabytes: 3_000,
    timeoutSeconds: 400,
    read: { sparkReadOptions: { wholetext: "false" }, ...shape.read },
    write: { sparkFileFormat: "csv", sparkWriteOptions: { header: "false" } },
  });
  const view = await waitUntilSettled(installation, dataset, SETTLED_SECONDS);
  const { items } = await installation.client.tasks.list({ dataset, limit: 10 });
  expect(view.datasetStatus, JSON.stringify(items.map(({ lastError }) => lastError))).toBe("COMPLETED");
  const texts = await textsBelow(installation, testBuckets.output, `out/${shape.name}/`);
  const parts = [...texts].filter(([key]) => key.includes("/part-")).map(([, text]) => text);
  return parts.join("").trim().split("\n").sort();
}

describe("compute SPARK", () => {
  test(
    "pyspark reads, shuffles, runs a function of the handler's in its own workers, and writes, contained and with the keys of its secret",
    async () => {
      expect(await countsOf({ name: "PythonSpark", steps: "MAPPER_AND_REDUCER", handler: "python.zip" })).toEqual(
        counts,
      );
    },
    TEST_MS,
  );

  test(
    "Java steps written for the published interface run on the Spark of SPARK_HOME, contained",
    async () => {
      await installation.putObject(testBuckets.code, "words.jar", readFileSync(await buildJar()));
      const read = {
        artifactImplementationLanguage: "JAVA",
        sparkMapperImplementationClassName: "com.acme.spark.WordMapper",
        sparkReducerImplementationClassName: "com.acme.spark.WordReducer",
      };
      const shape = { name: "JavaSpark", steps: "MAPPER_AND_REDUCER", handler: "words.jar", read } as const;
      expect(await countsOf(shape)).toEqual(counts);
    },
    TEST_MS,
  );
});
