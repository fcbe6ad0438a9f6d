import { describe, expect, test } from "vitest";
import { parseDatasetConfig } from "./parse-dataset-config.ts";
import { bodyWith, completeBody, examples } from "./testing/example-bodies.ts";

function problemsOf(body: unknown) {
  const parsed = parseDatasetConfig(body);
  return parsed.ok ? [] : parsed.problems;
}

describe("what is wrong is said", () => {
  test("all at once, with path and fix", () => {
    const problems = problemsOf({
      datasetName: "no spaces allowed",
      region: "eu-west-9",
      readConnector: { ...completeBody.readConnector, bucketNam: "x", artifactImplementationLanguage: "COBOL" },
      writeConnector: { connectorDestination: "KINESIS", kinesisShardCount: 0 },
      errorConnector: { connectorDestination: "S3", resourceLocation: "Customer" },
      computeEngine: { computeEngineType: "LAMBDA", concurrency: "20" },
      manifestFile: { manifestType: "SQSReaderManifest" },
    });
    expect(problems.map((problem) => `${problem.path} ${problem.code}`).sort()).toEqual([
      "accessGrantRoleArn REQUIRED",
      "computeEngine.concurrency WRONG_TYPE",
      "customerAccountForAccess REQUIRED",
      "datasetName INVALID_VALUE",
      "errorConnector.bucketName REQUIRED",
      "manifestFile.manifestType CONFLICT",
      "readConnector.artifactImplementationLanguage INVALID_VALUE",
      "readConnector.bucketNam UNKNOWN_ATTRIBUTE",
      "region INVALID_VALUE",
      "writeConnector.kinesisShardCount INVALID_VALUE",
    ]);
    expect(problems.find((problem) => problem.path === "readConnector.bucketNam")?.fix).toBe(
      "Did you mean bucketName?",
    );
  });

  test("what every reader needs is missed even before the reader is chosen", () => {
    expect(
      problemsOf(bodyWith({ readConnector: { connectorDestination: "S3" } })).map((problem) => problem.path),
    ).toEqual(["readConnector.readerType", "readConnector.artifactImplementationLanguage", "readConnector.bucketName"]);
  });

  test("an attribute of another kind says where it belongs", () => {
    const readConnector = { ...completeBody.readConnector, sparkFileFormat: "csv" };
    expect(problemsOf(bodyWith({ readConnector }))).toMatchObject([
      {
        path: "readConnector.sparkFileFormat",
        code: "NOT_APPLICABLE",
        fix: "Remove it: sparkFileFormat goes with readerType SPARKREADER.",
      },
    ]);
  });

  test.each([
    [
      "Java without a class",
      { readConnector: { ...completeBody.readConnector, singleFileParserImplementationClassName: null } },
      "readConnector.singleFileParserImplementationClassName",
    ],
    [
      "Python without an artifact",
      {
        readConnector: { connectorDestination: "SQS", queueName: "q", artifactImplementationLanguage: "PYTHON" },
        manifestFile: {},
      },
      "readConnector.artifactFileS3Link",
    ],
    [
      "two ways into Kafka",
      { writeConnector: { connectorDestination: "KAFKA", resourceLocation: "Customer", topicName: "t" } },
      "writeConnector.clusterArn",
    ],
    [
      "a password for Kafka that nobody asks for",
      {
        writeConnector: {
          connectorDestination: "KAFKA",
          resourceLocation: "Customer",
          bootstrapServers: "k1.test:9096",
          credentialsSecretArn: "arn:aws:secretsmanager:eu-west-1:111122223333:secret:k",
          topicName: "t",
        },
      },
      "writeConnector.authentication",
    ],
    [
      "a cluster in another region than its own",
      {
        writeConnector: {
          connectorDestination: "KAFKA",
          resourceLocation: "Customer",
          clusterArn: "arn:aws:kafka:eu-west-1:111122223333:cluster/orders/0123abcd-1",
          region: "us-east-1",
          topicName: "t",
        },
      },
      "writeConnector.region",
    ],
    [
      "a FIFO queue by another name",
      {
        writeConnector: {
          connectorDestination: "SQS",
          resourceLocation: "Customer",
          queueName: "q",
          queueType: "FIFO",
        },
      },
      "writeConnector.queueType",
    ],
    [
      "provisioned without units",
      { writeConnector: { connectorDestination: "DYNAMODB", billingMode: "PROVISIONED", readCapacityUnits: 1 } },
      "writeConnector.writeCapacityUnits",
    ],
    [
      "units without provisioned capacity",
      { writeConnector: { connectorDestination: "DYNAMODB", writeCapacityUnits: 5 } },
      "writeConnector.billingMode",
    ],
    ["an empty manifest", { manifestFile: { fileContents: " \n\n" } }, "manifestFile.fileContents"],
    [
      "a manifest that disagrees about the reader",
      { manifestFile: { fileContents: "a", readerType: "SPARKREADER" } },
      "manifestFile.readerType",
    ],
    [
      "Spark without Spark",
      { computeEngine: { computeEngineType: "SPARK", runSparkInterfaces: "MAPPER_ONLY" } },
      "computeEngine.computeEngineType",
    ],
    [
      "Spark in JavaScript",
      {
        readConnector: {
          connectorDestination: "S3",
          readerType: "SPARKREADER",
          bucketName: "text",
          sparkFileFormat: "text",
          artifactImplementationLanguage: "JAVASCRIPT",
          artifactFileS3Link: "s3://code/words.zip",
        },
        writeConnector: { connectorDestination: "S3", resourceLocation: "LetsData", writerType: "Spark" },
        computeEngine: { computeEngineType: "SPARK", runSparkInterfaces: "MAPPER_ONLY" },
      },
      "readConnector.artifactImplementationLanguage",
    ],
    [
      "SageMaker without its class",
      {
        computeEngine: {
          computeEngineType: "Sagemaker",
          endpoint: { sagemakerEndpointResourceLocation: "Customer", sagemakerEndpointName: "e" },
        },
      },
      "readConnector.sagemakerVectorsInterfaceImplementationClassName",
    ],
    ["an account as a number", { customerAccountForAccess: 111122223333 }, "customerAccountForAccess"],
  ])("%s", (_, changes, path) => {
    expect(problemsOf(bodyWith(changes)).map((problem) => problem.path)).toContain(path);
  });

  test("tasks that are too small for their Parquet objects, with both attributes and what would do", () => {
    const body = (memoryLimitInMegabytes: number, more: object) =>
      bodyWith({
        writeConnector: { connectorDestination: "S3", resourceLocation: "LetsData", s3FileFormat: "PARQUET", ...more },
        computeEngine: { computeEngineType: "LAMBDA", memoryLimitInMegabytes },
      });
    expect(problemsOf(body(191, {}))).toMatchObject([
      {
        path: "computeEngine.memoryLimitInMegabytes",
        code: "CONFLICT",
        message: expect.stringContaining("writeConnector.s3FileSizeInMegabytes 64 need 192"),
        fix: "Set it to 192 or more, or writeConnector.s3FileSizeInMegabytes to 63 or less.",
      },
    ]);
    expect(problemsOf(body(128, { s3FileSizeInMegabytes: 1 }))).toMatchObject([{ fix: "Set it to 129 or more." }]);
    expect(problemsOf(body(192, {}))).toEqual([]);
    expect(problemsOf(body(128, { s3FileFormat: "JSONL", s3FileSizeInMegabytes: 1024 }))).toEqual([]);
  });

  test("the first hundred bad manifest lines are listed with their numbers", () => {
    const read = examples.find((example) => example.name === "S3 several files")!.body as object;
    const lines = ["HEAD:a|LINE:b", ...Array.from({ length: 150 }, () => "HEAD:a")];
    const problems = problemsOf({ ...read, manifestFile: { fileContents: lines.join("\n") } });
    expect(problems).toHaveLength(100);
    expect(problems[0]?.message).toContain("line 2 has the file types HEAD; the first line has HEAD|LINE");
  });

  test("hostile input ends as problems", () => {
    const deep = JSON.parse(`${'{"a":'.repeat(5000)}1${"}".repeat(5000)}`);
    const loop: Record<string, unknown> = {};
    loop.loop = loop;
    const hostile = [
      null,
      undefined,
      1,
      "x",
      [],
      [[]],
      () => 1,
      deep,
      loop,
      10n,
      Number.NaN,
      { readConnector: deep },
      JSON.parse(
        '{"__proto__":{"polluted":true},"constructor":{},"toString":1,"hasOwnProperty":null,"readConnector":{"valueOf":1}}',
      ),
      { ...completeBody, datasetName: "a".repeat(1 << 21) },
      { ...completeBody, datasetName: 1e308, region: 10n },
      { ...completeBody, readConnector: [] },
      { ...completeBody, computeEngine: { computeEngineType: "LAMBDA", lambda: [] } },
    ];
    for (const body of hostile) expect(problemsOf(body).length).toBeGreaterThan(0);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });
});
