import { expect, test } from "vitest";
import { estimateCost, estimateHourlyCost, secondsInAll } from "./estimate-cost.ts";
import { parseDatasetConfig } from "./parse-dataset-config.ts";
import { bodyWith, completeBody, examples } from "./testing/example-bodies.ts";

function configOf(body: unknown) {
  const parsed = parseDatasetConfig(body);
  if (!parsed.ok) throw new Error("the example is valid");
  return parsed.config;
}
const config = configOf(completeBody);

test("time follows the concurrency, cost the meters", () => {
  const work = { tasks: 41, bytesRead: 2e9, bytesWritten: 5e8, secondsPerTask: 60 };
  expect(secondsInAll(config, work)).toBe(180);
  const estimate = estimateCost(config, work);
  const costOf = (meter: string) => estimate.lines.find((line) => line.meter === meter)?.costUsd;
  expect(costOf("readBytes")).toBeCloseTo(0.02);
  expect(costOf("writeBytes")).toBeCloseTo(0.005);
  expect(costOf("computeDuration")).toBeCloseTo(41 * 60 * 2 * 0.00002);
  expect(costOf("kinesisShardHours")).toBeCloseTo(4 * 0.018);
  expect(estimate.totalUsd).toBeCloseTo(estimate.lines.reduce((sum, line) => sum + line.costUsd, 0));
});

test("an hour costs what runs at once and what stands, however many tasks wait", () => {
  const hour = estimateHourlyCost(config, 1_000);
  const costOf = (meter: string) => hour.lines.find((line) => line.meter === meter)?.costUsd;
  expect(costOf("computeDuration")).toBeCloseTo(20 * 3_600 * 2 * 0.00002);
  expect(costOf("kinesisShardHours")).toBeCloseTo(4 * 0.018);
  expect(costOf("readBytes")).toBeUndefined();
  expect(estimateHourlyCost(config, 3).totalUsd).toBeLessThan(hour.totalUsd);
});

test("provisioned units of a table LetsData makes cost by the hour", () => {
  const writeConnector = {
    connectorDestination: "DYNAMODB",
    billingMode: "PROVISIONED",
    readCapacityUnits: 5,
    writeCapacityUnits: 200,
  };
  const { lines } = estimateHourlyCost(configOf(bodyWith({ writeConnector })), 1);
  expect(lines.find(({ meter }) => meter === "tableCapacityUnitHours")?.quantity).toBe(205);
});

test("instances of an endpoint LetsData makes cost by the hour; an endpoint of the customer's costs nothing here", () => {
  const { body } = examples.find(({ name }) => name === "SageMaker, own endpoint")!;
  const quantity = (computeEngine: unknown) =>
    estimateHourlyCost(configOf({ ...body, computeEngine }), 1).lines.find(
      ({ meter }) => meter === "endpointInstanceHours",
    )?.quantity;
  expect(quantity(body.computeEngine)).toBeUndefined();
  const model = { modelUrl: "s3://models/m.tar.gz", modelContainerImageName: "HuggingFace_Inference_4_12_3" };
  const endpoint = {
    sagemakerEndpointResourceLocation: "LetsData",
    sagemakerEndpointType: "Provisioned",
    sagemakerProvisioned: { instanceType: "ml.m5.xlarge", instanceCount: 3 },
  };
  expect(quantity({ computeEngineType: "LAMBDA_AND_SAGEMAKER", model, endpoint })).toBe(3);
});
