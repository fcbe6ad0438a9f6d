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
