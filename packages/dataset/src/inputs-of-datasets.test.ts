import { readConnectorConfigs } from "@letsdata/connectors/config-catalogue";
import { describe, expect, test } from "vitest";
import { inputsOfDatasets } from "./inputs-of-datasets.ts";
import { generatedNames } from "./names.ts";
import { parseDatasetConfig } from "./parse-dataset-config.ts";
import { examples } from "./testing/example-bodies.ts";

const datasetId = "c4c5854fa92dba54ba706459d3b0440d";
const names = generatedNames("Test", datasetId);

function configWith(example: string, readConnector: object, more: object = {}) {
  const body = examples.find(({ name }) => name === example)!.body as { readonly readConnector: object };
  const parsed = parseDatasetConfig({ ...body, ...more, readConnector: { ...body.readConnector, ...readConnector } });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.config;
}

describe("what a configuration reads of what datasets made", () => {
  test.each([names.writeTarget, names.errorBucket, names.sparkIntermediateBucket, names.modelBucket])(
    "is each of its inputs that LetsData owns: %s",
    (bucket) => {
      const model = (
        examples.find(({ name }) => name === "SageMaker, own model")!.body as { computeEngine: { model: object } }
      ).computeEngine;
      const config = (owner: "Customer" | "LetsData") =>
        configWith(
          "SageMaker, own model",
          {
            bucketName: bucket,
            bucketResourceLocation: owner,
            artifactFileS3Link: `s3://${bucket}/a.jar`,
            artifactFileS3LinkResourceLocation: owner,
          },
          {
            manifestFile: { manifestFileS3Uri: `s3://${bucket}/lines.txt`, readerManifestResourceLocation: owner },
            computeEngine: {
              ...model,
              model: { ...model.model, modelUrl: `s3://${bucket}/m.tar.gz`, modelUrlResourceLocation: owner },
            },
          },
        );
      expect(inputsOfDatasets(config("LetsData")).map(({ path, ...found }) => [path, found.datasetId])).toEqual([
        ["readConnector.bucketName", datasetId],
        ["readConnector.artifactFileS3Link", datasetId],
        ["manifestFile.manifestFileS3Uri", datasetId],
        ["computeEngine.model.modelUrl", datasetId],
      ]);
      expect(inputsOfDatasets(config("Customer"))).toEqual([]);
    },
  );

  test.each([
    ["queueName", names.writeTarget],
    ["queueName", names.writeQueueFifo],
    ["tableName", names.writeTarget],
    ["streamArn", `arn:aws:kinesis:us-east-1:000000000001:stream/${names.writeTarget}`],
    ["streamArn", `arn:aws:dynamodb:us-east-1:000000000001:table/${names.writeTarget}/stream/2026-01-01T00:00:00.000`],
  ])("is found in %s: %s", (attribute, name) => {
    const { readConnector, ...rest } = configWith("SageMaker, own model", {});
    const read = { ...readConnector, connectorDestination: "SQS", resourceLocation: "LetsData", [attribute]: name };
    const config = { ...rest, readConnector: { ...read, bucketName: undefined } } as unknown as typeof rest & {
      readConnector: typeof readConnector;
    };
    expect(inputsOfDatasets(config)).toEqual([{ path: `readConnector.${attribute}`, name, datasetId }]);
  });

  test("is not what only looks like it", () => {
    for (const bucketName of [`my-${names.writeTarget}`, `${names.writeTarget}-copy`, "clicks"])
      expect(
        inputsOfDatasets(configWith("SageMaker, own model", { bucketName, bucketResourceLocation: "LetsData" })),
      ).toEqual([]);
  });

  test("is known of these read connectors: a new one is to be looked at here, too", () => {
    expect(Object.keys(readConnectorConfigs).sort()).toEqual(["DYNAMODB", "DYNAMODBSTREAMS", "KINESIS", "S3", "SQS"]);
  });
});
