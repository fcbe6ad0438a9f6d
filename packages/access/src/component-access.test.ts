import { parseDatasetConfig } from "@letsdata/dataset/parse-dataset-config";
import { withGeneratedNames } from "@letsdata/dataset/resolve-names";
import { expect, test } from "vitest";
import { dataTaskPolicy, scopeOf } from "./component-access.ts";
import type { Installation } from "./installation.ts";

const installation: Installation = {
  accountId: "000000000001",
  region: "us-east-1",
  endpoint: undefined,
  stage: "Test",
  credentials: async () => ({ accessKeyId: "a", secretAccessKey: "s" }),
};
const datasetId = "0123456789abcdef0123456789abcdef";

function config(
  writeConnector: object,
  errorConnector: object,
  computeEngine: object = { computeEngineType: "LAMBDA" },
) {
  const parsed = parseDatasetConfig({
    datasetName: "Clicks",
    region: "eu-west-1",
    accessGrantRoleArn: "arn:aws:iam::111122223333:role/Grant",
    customerAccountForAccess: "111122223333",
    readConnector: {
      connectorDestination: "S3",
      readerType: "SINGLEFILEREADER",
      bucketName: "clicks",
      artifactImplementationLanguage: "JAVASCRIPT",
      artifactFileS3Link: "s3://code/clicks.zip",
    },
    writeConnector,
    errorConnector,
    computeEngine,
    manifestFile: { manifestType: "S3ReaderTextManifestFile", fileContents: "a.gz" },
  });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return withGeneratedNames(parsed.config, "Test", datasetId);
}

const ours = config(
  { connectorDestination: "KINESIS", resourceLocation: "LetsData" },
  { connectorDestination: "S3", resourceLocation: "LetsData" },
);

test("a data task may reach its own dataset's stream and error bucket and nothing else of the installation", () => {
  const { Statement } = dataTaskPolicy(installation, ours, datasetId);
  const resources = Statement.flatMap(({ Resource }) => Resource ?? []);
  expect(resources).toContain(`arn:aws:kinesis:eu-west-1:000000000001:stream/tldwc${datasetId}`);
  expect(resources.every((resource) => resource.includes(datasetId))).toBe(true);
});

test("a data task of a dataset that is wholly the customer's gets no rights of the installation", () => {
  const theirs = config(
    { connectorDestination: "S3", resourceLocation: "Customer", bucketName: "out" },
    { connectorDestination: "S3", resourceLocation: "Customer", bucketName: "errors" },
  );
  expect(dataTaskPolicy(installation, theirs, datasetId).Statement).toEqual([
    { Effect: "Deny", Action: "*", Resource: "*" },
  ]);
});

test("a data task may call the endpoint LetsData made for its dataset, and no other", () => {
  const theirs = { connectorDestination: "S3", resourceLocation: "Customer", bucketName: "out" };
  const engine = {
    computeEngineType: "LAMBDA_AND_SAGEMAKER",
    model: { modelUrl: "s3://models/m.tar.gz", modelContainerImageName: "HuggingFace_Inference_4_12_3" },
    endpoint: {
      sagemakerEndpointResourceLocation: "LetsData",
      sagemakerEndpointType: "Serverless",
      sagemakerServerless: { sagemakerEndpointConcurrency: 1, sagemakerMemoryLimitInMegabytes: 1024 },
    },
  };
  expect(dataTaskPolicy(installation, config(theirs, theirs, engine), datasetId).Statement).toEqual([
    {
      Effect: "Allow",
      Action: ["sagemaker:DescribeEndpoint", "sagemaker:InvokeEndpoint"],
      Resource: `arn:aws:sagemaker:eu-west-1:000000000001:endpoint/tld${datasetId}`,
    },
  ]);
});

test("a component works where the ARN of its stream or cluster says", () => {
  const elsewhere = config(
    {
      connectorDestination: "KAFKA",
      resourceLocation: "Customer",
      clusterArn: "arn:aws:kafka:us-east-1:111122223333:cluster/orders/0123abcd-1",
      topicName: "orders",
    },
    { connectorDestination: "S3", resourceLocation: "LetsData" },
  );
  expect(scopeOf(installation, elsewhere, "writeConnector").region).toBe("us-east-1");
  expect(scopeOf(installation, elsewhere, "errorConnector").region).toBe("eu-west-1");
});

test("each component's ARNs are made of its owner's account", () => {
  expect(scopeOf(installation, ours, "readConnector")).toMatchObject({
    accountId: "111122223333",
    region: "eu-west-1",
  });
  expect(scopeOf(installation, ours, "writeConnector")).toMatchObject({ accountId: "000000000001" });
});
