import { readFileSync } from "node:fs";
import { join } from "node:path";
import { jarOf } from "@letsdata/handlers/artifact/jar-of";
import { buildJavaArtifact } from "@letsdata/handlers/java/host-classes";
import { afterAll, beforeAll, expect, test } from "vitest";
import { waitUntilSettled } from "../installation/dataset-run.ts";
import { startTestInstallation, type TestInstallation, testBuckets } from "../installation/start-installation.ts";
import { createSparkDataset, type SparkShape, writtenBelow } from "./spark-dataset.ts";

let installation: TestInstallation;
beforeAll(async () => {
  installation = await startTestInstallation();
  const artifact = await buildJavaArtifact(join(import.meta.dirname, "../../fixtures/java/spark-words"));
  await installation.putObject(testBuckets.code, "spark-words.jar", readFileSync(jarOf(artifact)));
  installation.startWorker();
});
afterAll(() => installation?.stop());

async function run(shape: Omit<SparkShape, "handler" | "read">) {
  const read = {
    artifactImplementationLanguage: "JAVA",
    sparkMapperImplementationClassName: "com.acme.words.WordMapper",
    sparkReducerImplementationClassName: "com.acme.words.WordReducer",
  };
  const dataset = await createSparkDataset(installation, { ...shape, handler: "spark-words.jar", read });
  const view = await waitUntilSettled(installation, dataset, 180);
  const { items: tasks } = await installation.client.tasks.list({ dataset, limit: 50 });
  return { dataset, view, tasks };
}
const files = { "a.txt": "one two two\nthree", "b.txt": "!scratch two three" };
const total = { one: 1, two: 3, three: 2 };

test("Java mappers and a Java reducer read and write with the keys of their secret, and write into their own folder only", async () => {
  const { view, tasks, dataset } = await run({ name: "JavaBoth", steps: "MAPPER_AND_REDUCER", files });
  expect(view.datasetStatus, JSON.stringify(tasks.map(({ lastError }) => lastError))).toBe("COMPLETED");
  expect(await writtenBelow(installation, testBuckets.output, "out/JavaBoth/")).toMatchObject([
    { counts: total, told: { inputs: 2, readFormat: "parquet" } },
  ]);
  const messages = async () =>
    (await installation.client.logs.list({ dataset, limit: 500 })).items.map(({ message }) => message);
  // Lines come until a moment after the task is settled.
  const read = expect.stringContaining("reads s3a://test-data/a.txt as text with {lineSep=");
  await expect.poll(messages).toContainEqual(read);
});

test("each run of steps alone works in Java, too", async () => {
  const mappers = await run({ name: "JavaMappers", steps: "MAPPER_ONLY", files });
  expect(mappers.view.datasetStatus).toBe("COMPLETED");
  expect(await writtenBelow(installation, testBuckets.output, "out/JavaMappers/")).toHaveLength(2);
  for (const key of ["in/c", "in/d"])
    await installation.putObject(testBuckets.data, `${key}/part-00000`, '{"counts":{"one":2}}');
  const reducer = await run({ name: "JavaReducer", steps: "REDUCER_ONLY", files: { "in/c": "", "in/d": "" } });
  expect(reducer.view.datasetStatus, JSON.stringify(reducer.tasks[0]?.lastError)).toBe("COMPLETED");
  expect(await writtenBelow(installation, testBuckets.output, "out/JavaReducer/")).toMatchObject([
    { counts: { one: 4 } },
  ]);
});

test("what goes wrong in a Java step is told with its own stack; a write past its folder is refused; a missing Spark is named", async () => {
  const { view, tasks } = await run({
    name: "JavaFails",
    steps: "MAPPER_ONLY",
    files: { "fail.txt": "!fail", "elsewhere.txt": "!elsewhere", "spark.txt": "!spark", "link.txt": "!link" },
  });
  expect(view.datasetStatus).toBe("ERRORED");
  const [fail, elsewhere, spark, link] = tasks.map(({ lastError }) => lastError);
  expect(fail).toMatchObject({
    code: "HANDLER_EXCEPTION",
    message: expect.stringMatching(
      /mapper threw for s3a:\/\/test-data\/fail\.txt: .*not to be counted \(line \d+ of WordMapper\.java\)/,
    ),
    details: expect.stringContaining("at com.acme.words.WordMapper.obey"),
  });
  expect(elsewhere).toMatchObject({ message: expect.stringContaining("A handler may not write /tmp/letsdata-note") });
  // A link in its folder would lead out of it. Only Java's own containment asks; the kernel follows links to what they name.
  expect(link === null || link?.message.includes("A handler may not link")).toBe(true);
  expect(spark).toMatchObject({
    code: "NOT_AVAILABLE_LOCALLY",
    message: expect.stringMatching(/needs org\.apache\.spark\.sql\.SparkSession.* Set SPARK_HOME/),
  });
});
