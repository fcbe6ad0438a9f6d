import { describe, expect, test } from "vitest";
import { datasetJsonSchema } from "./json-schema.ts";
import { parseDatasetConfig, parseDatasetText } from "./parse-dataset-config.ts";
import { bodyWith, completeBody, examples } from "./testing/example-bodies.ts";
import { fc, test as property } from "./testing/property.ts";

function problemsOf(body: unknown) {
  const parsed = parseDatasetConfig(body);
  return parsed.ok ? [] : parsed.problems;
}
function configOf(body: unknown) {
  const parsed = parseDatasetConfig(body);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems, null, 1));
  return parsed.config;
}

describe("the specification's examples", () => {
  test.each(examples.map((example) => [example.name, example.body] as const))("%s is accepted", (_, body) => {
    expect(problemsOf(body)).toEqual([]);
  });

  test.each(examples.map((example) => [example.name, example.body] as const))(
    "parsing the canonical form of %s gives it back without a word",
    (_, body) => {
      const config = configOf(body);
      expect(parseDatasetConfig(config)).toEqual({ ok: true, config, notices: [] });
      expect(parseDatasetConfig(JSON.parse(JSON.stringify(config)))).toEqual({ ok: true, config, notices: [] });
    },
  );
});

describe("a public dataset JSON pastes in unchanged", () => {
  test("system-set attributes, generated names and old spellings are taken with a notice", () => {
    const name = "c4c5854fa92dba54ba706459d3b0440d";
    const parsed = parseDatasetConfig({
      ...completeBody,
      datasetId: name,
      datasetStatus: "FROZEN",
      taskExecutionLogs: [{ startDatetime: 1, endDatetime: 2 }],
      executionLogs: null,
      datasetProgress: { totalTasks: 6 },
      createDatetime: 1,
      writeConnector: {
        connectorDestination: "kinesis",
        kinesisStreamName: `tldwc${name}`,
        resourceLocation: "letsdata",
        kinesisShardCount: 15,
      },
      errorConnector: {
        connectorDestination: "S3",
        bucketName: `tldec${name}`,
        errorConnectorResourceLocation: "LetsData",
      },
      manifestFile: {
        manifestFileS3Uri: "s3://manifests/list.txt",
        readerType: "Single File Reader",
        readerManifestResourceLocation: "Customer",
      },
    });
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
    expect(parsed.config.errorConnector).toEqual({ connectorDestination: "S3", resourceLocation: "LetsData" });
    expect(parsed.config.writeConnector).toEqual({
      connectorDestination: "KINESIS",
      resourceLocation: "LetsData",
      kinesisShardCount: 15,
    });
    expect(parsed.config.manifestFile.manifestType).toBe("S3ReaderS3LinkManifestFile");
    expect(parsed.notices.map((notice) => notice.path)).toEqual(
      expect.arrayContaining([
        "datasetId",
        "datasetStatus",
        "taskExecutionLogs",
        "errorConnector.errorConnectorResourceLocation",
        "writeConnector.kinesisStreamName",
        "errorConnector.bucketName",
      ]),
    );
  });

  test("a name of one's own beside LetsData is refused", () => {
    const problems = problemsOf(
      bodyWith({ writeConnector: { connectorDestination: "KINESIS", kinesisStreamName: "mine" } }),
    );
    expect(problems).toMatchObject([{ path: "writeConnector.kinesisStreamName", code: "NOT_APPLICABLE" }]);
  });

  test.each([
    ["js", "JAVASCRIPT"],
    ["Node", "JAVASCRIPT"],
    ["TypeScript", "JAVASCRIPT"],
    ["py", "PYTHON"],
  ])("language %s is %s", (spelling, canonical) => {
    const read = {
      ...bodyWith({}).readConnector,
      artifactImplementationLanguage: spelling,
      artifactFileS3Link: "s3://code/a.zip",
    };
    expect(configOf(bodyWith({ readConnector: read })).readConnector.artifactImplementationLanguage).toBe(canonical);
  });

  test("compute limits are moved to their place", () => {
    expect(
      configOf(bodyWith({ computeEngine: { computeEngineType: "Lambda", lambda: { lambdaConcurrency: 4 } } }))
        .computeEngine,
    ).toMatchObject({ computeEngineType: "LAMBDA", concurrency: 4 });
    const sagemaker = examples.find((example) => example.name === "SageMaker, own endpoint")!.body as {
      computeEngine: object;
    };
    expect(
      configOf({
        ...sagemaker,
        computeEngine: { ...sagemaker.computeEngine, computeEngineType: "Sagemaker", concurrency: 3 },
      }).computeEngine,
    ).toMatchObject({ computeEngineType: "LAMBDA_AND_SAGEMAKER", lambda: { lambdaConcurrency: 3 } });
  });

  test.each(["SQS", "Kinesis", "DynamoDB Streams", "DynamoDB"])(
    "the only manifest type of %s can be left out",
    (name) => {
      const { body } = examples.find((example) => example.name === name)!;
      const { manifestType: _, ...manifestFile } = configOf(body).manifestFile;
      expect(configOf({ ...body, manifestFile })).toEqual(configOf(body));
    },
  );

  test("a reader type that the manifest tells is named canonically", () => {
    const { readerType: _, ...readConnector } = completeBody.readConnector;
    const manifestFile = { ...completeBody.manifestFile, readerType: "single-file reader" };
    expect(parseDatasetConfig(bodyWith({ readConnector, manifestFile }))).toMatchObject({
      config: { readConnector: { readerType: "SINGLEFILEREADER" } },
      notices: expect.arrayContaining([
        expect.objectContaining({ message: "readConnector.readerType is SINGLEFILEREADER, as the rest says" }),
      ]),
    });
  });

  test("two spellings that contradict each other are a conflict", () => {
    const computeEngine = { computeEngineType: "LAMBDA", concurrency: 2, lambda: { lambdaConcurrency: 4 } };
    expect(problemsOf(bodyWith({ computeEngine }))).toMatchObject([
      { path: "computeEngine.lambda.lambdaConcurrency", code: "CONFLICT" },
    ]);
  });
});

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

describe("properties", () => {
  const junk = fc.oneof(
    fc.jsonValue({ maxDepth: 3 }),
    fc.constantFrom("", " ", "__proto__", "LetsData", "customer", "S3", "SPARK", "tldwc0123", -1, 1e21, 2 ** 53),
  );
  property(
    "10,000 mutated bodies never throw, and every problem has a path into the input",
    [fc.nat(), fc.nat(), junk, fc.string({ maxLength: 12 }), fc.constantFrom("set", "delete", "rename", "add")],
    { numRuns: 10_000 },
    (which, where, value, name, how) => {
      const body = structuredClone(examples[which % examples.length]!.body) as Record<string, unknown>;
      mutate(body, where, value, name, how);
      const parsed = parseDatasetConfig(body);
      if (parsed.ok) {
        expect(parseDatasetConfig(parsed.config)).toEqual({ ok: true, config: parsed.config, notices: [] });
        return;
      }
      expect(parsed.problems.length).toBeGreaterThan(0);
      for (const problem of parsed.problems) {
        expect(problem.path).not.toBe("");
        expect(problem.message).not.toMatch(/Invalid|undefined|discriminator|expected|regex/);
      }
    },
  );
});

function mutate(body: Record<string, unknown>, where: number, value: unknown, name: string, how: string): void {
  const places: [Record<string, unknown>, string][] = [];
  const collect = (object: Record<string, unknown>) => {
    for (const [key, inner] of Object.entries(object)) {
      places.push([object, key]);
      if (typeof inner === "object" && inner !== null && !Array.isArray(inner))
        collect(inner as Record<string, unknown>);
    }
  };
  collect(body);
  const [object, key] = places[where % places.length]!;
  if (how === "set") object[key] = value;
  if (how === "delete" || how === "rename") {
    const old = object[key];
    delete object[key];
    if (how === "rename") object[`${key}${name}`] = old;
  }
  if (how === "add")
    Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true });
}

describe("pasted text", () => {
  test("comments and commas are mended and listed", () => {
    const text = `# a dataset
      {"datasetName": "A" // name
       "region": "eu-west-1"; /* where */ ${JSON.stringify(completeBody)
         .slice(1, -1)
         .replace(/"datasetName":"[^"]*",/, "")
         .replace(/"region":"eu-west-1",/, "")},};`;
    const parsed = parseDatasetText(text);
    if (!parsed.ok) throw new Error(JSON.stringify([parsed.problems, parsed.repairs], null, 1));
    expect(parsed.config.datasetName).toBe("A");
    expect(parsed.repairs.map((repair) => repair.message)).toEqual(
      expect.arrayContaining(["Removed a comment", "Added a missing comma", "Replaced ; by a comma", "Removed ;"]),
    );
    expect(parsed.repairs[0]).toMatchObject({ line: 1, column: 1 });
  });

  test("what cannot be mended is located", () => {
    const parsed = parseDatasetText('{\n  "datasetName": \n}');
    expect(parsed).toMatchObject({ ok: false, problems: [{ code: "INVALID_JSON" }] });
  });
});

test("the published schema has no words of ours and allows what the system sets", () => {
  const text = JSON.stringify(datasetJsonSchema());
  expect(text).not.toContain('"x-');
  expect(datasetJsonSchema().properties?.datasetStatus).toMatchObject({ readOnly: true });
  expect(datasetJsonSchema().required).toEqual(
    expect.arrayContaining(["datasetName", "region", "readConnector", "writeConnector"]),
  );
});
