import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { bridgeHost } from "../lambda-bridge/bridge-host.ts";
import type { BridgeRequest } from "../lambda-bridge/bridge-protocol.ts";
import { pythonHost } from "../python/open-handler.ts";
import { argumentsInOrder, type SparkArguments, sparkPlace } from "./spark-step.ts";

const artifactDir = join(import.meta.dirname, "testing/artifact");
const folder = mkdtempSync(join(tmpdir(), "letsdata-spark-step-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const signal = new AbortController().signal;

const given: SparkArguments = {
  appName: "Words-1",
  readDestination: "S3",
  readUri: "s3a://data/a.txt",
  readFormat: "text",
  readOptions: { lineSep: "\n" },
  writeDestination: "S3",
  writeUri: "s3a://out/Words/1.json",
  writeFormat: "json",
  writeMode: "overwrite",
  writeOptions: {},
  sparkCredentialsSecretArn: "arn:aws:secretsmanager:eu-west-1:000000000001:secret:s-AbCdEf",
};
const inOrder = [
  "Words-1",
  "S3",
  "s3a://data/a.txt",
  "text",
  { lineSep: "\n" },
  "S3",
  "s3a://out/Words/1.json",
  "json",
  "overwrite",
  {},
  given.sparkCredentialsSecretArn,
];

test("a mapper has its one address third, a reducer its list", () => {
  expect(argumentsInOrder("SparkMapperInterface", given)).toEqual(inOrder);
  const { readUri: _, ...rest } = given;
  const reducer = { ...rest, readUris: ["s3a://data/a", "s3a://data/b"] };
  expect(argumentsInOrder("SparkReducerInterface", reducer)).toEqual([
    ...inOrder.slice(0, 2),
    reducer.readUris,
    ...inOrder.slice(3),
  ]);
  expect([sparkPlace(given), sparkPlace(reducer)]).toEqual(["for s3a://data/a.txt", "for 2 inputs"]);
});

async function runPython(readFormat: string, attempt = signal) {
  const scratchDir = mkdtempSync(join(folder, "scratch-"));
  const step = await pythonHost.openSparkStep!({
    interfaceName: "SparkMapperInterface",
    artifactDir,
    taskId: "1",
    surroundings: {
      scratchDir,
      properties: { "spark.master": "local[*]", "spark.hadoop.fs.s3a.endpoint": "http://127.0.0.1:1" },
      environment: { AWS_REGION: "eu-west-1" },
    },
  });
  try {
    await step.run({ ...given, readFormat }, attempt);
  } finally {
    await step.close();
  }
}

test("what a Python step throws is told with its own stack and the address it was called for", async () => {
  await expect(runPython("fail")).rejects.toMatchObject({
    code: "HANDLER_EXCEPTION",
    message: expect.stringContaining("mapper threw for s3a://data/a.txt: ValueError: no such column"),
    details: { stack: expect.stringContaining("SparkMapperInterface.py") },
  });
});

test("a Python that lacks pyspark is named with the fix, when the class is loaded and when the step asks for it", async () => {
  const missing = {
    code: "NOT_AVAILABLE_LOCALLY",
    message: expect.stringMatching(/imports pyspark.*Install pyspark for .*SPARK_HOME/),
  };
  await expect(runPython("pyspark")).rejects.toMatchObject(missing);
  await expect(pythonHost.describe({ interfaceName: "SparkReducerInterface", artifactDir })).rejects.toMatchObject(
    missing,
  );
  await expect(pythonHost.describe({ interfaceName: "SparkMapperInterface", artifactDir })).resolves.toMatchObject({
    language: "PYTHON",
  });
});

test("a step that is given up ends with its process", async () => {
  const givenUp = new AbortController();
  const running = runPython("hang", givenUp.signal);
  givenUp.abort();
  await expect(running).rejects.toBeDefined();
});

test("behind the bridge a step has exactly its 11 arguments, and an exception is a task error", async () => {
  const asked: BridgeRequest[] = [];
  const host = bridgeHost({
    language: "PYTHON",
    connect: async () => ({
      async invoke(request) {
        asked.push(request);
        const isLost = request.data.readUri === "s3a://data/lost";
        const exception = { errorMessage: "no such key", errorType: "Exception", stackTrace: "File x" };
        return isLost
          ? { StatusCode: 500, body: { statusCode: "EXCEPTION", errorMessage: "no such key", exception } }
          : { StatusCode: 200, body: { statusCode: "SUCCESS", data: null } };
      },
      close: async () => {},
    }),
  });
  const step = await host.openSparkStep!({
    interfaceName: "SparkMapperInterface",
    artifactDir: "",
    taskId: "1",
    surroundings: { scratchDir: null, properties: {}, environment: {} },
  });
  await step.run(given, signal);
  expect(asked.at(-1)).toMatchObject({ interface: "SparkMapperInterface", function: "mapper", batchedData: [] });
  expect(asked.at(-1)?.data).toEqual({ ...given });
  await expect(step.run({ ...given, readUri: "s3a://data/lost" }, signal)).rejects.toMatchObject({
    code: "HANDLER_EXCEPTION",
    message: "mapper threw for s3a://data/lost: Exception: no such key",
  });
});
