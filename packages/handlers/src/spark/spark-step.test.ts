import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
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

const newScratch = () => mkdtempSync(join(folder, "scratch-"));

/** `readFormat` is an order to the test's handler. */
async function runPython(
  readFormat: string,
  { attempt = signal, master = "local[*]", scratchDir = newScratch() } = {},
) {
  const step = await pythonHost.openSparkStep!({
    interfaceName: "SparkMapperInterface",
    artifactDir,
    taskId: "1",
    surroundings: {
      scratchDir,
      properties: { "spark.master": master, "spark.hadoop.fs.s3a.endpoint": "http://127.0.0.1:1" },
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

/** What the step tells in the message of its exception. */
async function told(order: string, master?: string) {
  const thrown = await runPython(order, master === undefined ? {} : { master }).catch((error: Error) => error);
  return JSON.parse(/ValueError: (.*) \(line/.exec((thrown as Error).message)?.[1] ?? "null");
}

describe("of the operator's Spark", () => {
  const home = join(folder, "spark");
  const hadoop = join(folder, "hadoop");
  const readOnly = (file: string, text: string) => {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text, { mode: 0o444 });
  };
  beforeAll(() => {
    readOnly(join(home, "jars/spark.jar"), "");
    readOnly(join(home, "conf/spark-defaults.conf"), "spark.master yarn\nspark.eventLog.enabled true");
    readOnly(join(home, "conf/hive-site.xml"), "<value>password</value>");
    readOnly(join(hadoop, "core-site.xml"), "<value>fs.s3a.secret.key</value>");
    chmodSync(join(home, "conf"), 0o555);
  });
  afterAll(() => chmodSync(join(home, "conf"), 0o755));
  beforeEach(() => {
    vi.stubEnv("SPARK_HOME", home);
    vi.stubEnv("HADOOP_CONF_DIR", hadoop);
  });
  afterEach(() => vi.unstubAllEnvs());

  test("a step reads its defaults, behind which ours hold, and none of its other configuration", async () => {
    const { texts, reached, folders } = await told("configuration");
    expect(Object.keys(texts).sort()).toEqual(["log4j2.properties", "spark-defaults.conf"]);
    expect(texts["spark-defaults.conf"]).toBe(
      "spark.master yarn\nspark.eventLog.enabled true\nspark.master local[*]\nspark.hadoop.fs.s3a.endpoint http://127.0.0.1:1\n",
    );
    expect(reached).toEqual([join(home, "jars/spark.jar")]);
    expect(folders).toEqual({ HADOOP_CONF_DIR: null, YARN_CONF_DIR: null });
  });

  test("a step on YARN reads Hadoop's configuration, too, which says where the cluster is", async () => {
    const { reached, folders } = await told("configuration", "yarn");
    expect(reached).toEqual([join(home, "jars/spark.jar"), join(hadoop, "core-site.xml")]);
    expect(folders).toEqual({ HADOOP_CONF_DIR: hadoop, YARN_CONF_DIR: null });
  });
});

test("what py4j and the AWS libraries tell at DEBUG, keys among it, is not told where the root logger is at DEBUG", async () => {
  expect(await told("logging")).toEqual(["acme.words"]);
});

test("a step that is given up in the middle of its call fails with its process, which is gone", async () => {
  const givenUp = new AbortController();
  const scratchDir = newScratch();
  const failure = runPython("hang", { attempt: givenUp.signal, scratchDir }).catch((error: unknown) => error);
  const pid = Number(await vi.waitFor(() => readFileSync(join(scratchDir, "pid"), "utf8"), 10_000));
  expect(process.kill(pid, 0)).toBe(true);
  givenUp.abort();
  expect(await failure).toMatchObject({ code: "TASK_CRASHED" });
  await vi.waitFor(() => expect(() => process.kill(pid, 0)).toThrow("ESRCH"), 10_000);
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
