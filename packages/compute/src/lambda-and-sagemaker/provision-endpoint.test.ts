import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { staticCredentials } from "@letsdata/aws/session-source";
import type { CloudAccess } from "@letsdata/plugin-kit/connector";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { type EndpointWish, isServing, provisionEndpoint, removeEndpoint } from "./provision-endpoint.ts";

type Answer = { readonly status?: number; readonly body: Readonly<Record<string, unknown>> };
const refused = (message: string): Answer => ({ status: 400, body: { __type: "ValidationException", message } });
const gone = refused('Could not find endpoint "arn".');
const described = (EndpointStatus: string, more = {}): Answer => ({ body: { EndpointStatus, ...more } });

let server: Server;
let access: CloudAccess;
/** By action, in turn; the last one for ever. */
let answers: Record<string, Answer[]> = {};
const asked: [action: string, input: Record<string, unknown>][] = [];
const signal = new AbortController().signal;
let now = 0;
const waiting = {
  now: () => now,
  sleep: async (milliseconds: number) => {
    now += milliseconds;
  },
};

beforeAll(async () => {
  server = createServer(async (request, response) => {
    const action = String(request.headers["x-amz-target"]).split(".")[1] ?? "";
    asked.push([action, JSON.parse(await text(request)) as Record<string, unknown>]);
    const left = answers[action] ?? [{ body: {} }];
    const answer = left.length > 1 ? left.shift() : left[0];
    response.writeHead(answer?.status ?? 200, { "content-type": "application/x-amz-json-1.1" });
    response.end(JSON.stringify(answer?.body));
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const credentials = staticCredentials({ accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret" });
  access = { region: "eu-west-1", accountId: "111122223333", datasetName: "Pages", endpoint, credentials };
});
afterAll(() => server.close());
beforeEach(() => {
  asked.length = 0;
  answers = {};
  now = 0;
});

const serverless = {
  sagemakerEndpointResourceLocation: "LetsData",
  sagemakerEndpointType: "Serverless",
  sagemakerServerless: { sagemakerEndpointConcurrency: 10, sagemakerMemoryLimitInMegabytes: 4096 },
} as const;
const wish: EndpointWish = {
  name: "tld1",
  size: serverless,
  image: "image:1",
  modelDataUrl: "s3://models/m.tar.gz",
  environment: { SAGEMAKER_PROGRAM: "inference.py" },
  roleArn: "arn:aws:iam::111122223333:role/model",
};
const actions = () => asked.map(([action]) => action);

test("model, configuration and endpoint are made in this order and waited for", async () => {
  answers = { DescribeEndpoint: [gone, described("Creating"), described("InService")] };
  const made = await provisionEndpoint(wish, access, signal, waiting);
  expect(actions()).toEqual([
    "DescribeEndpoint",
    "CreateModel",
    "CreateEndpointConfig",
    "CreateEndpoint",
    "DescribeEndpoint",
    "DescribeEndpoint",
  ]);
  expect(asked[1]?.[1]).toMatchObject({
    ModelName: "tld1",
    ExecutionRoleArn: wish.roleArn,
    PrimaryContainer: { Image: "image:1", ModelDataUrl: wish.modelDataUrl, Environment: wish.environment },
  });
  expect(asked[2]?.[1].ProductionVariants).toEqual([
    { VariantName: "AllTraffic", ModelName: "tld1", ServerlessConfig: { MemorySizeInMB: 4096, MaxConcurrency: 10 } },
  ]);
  const arn = (kind: string) => `arn:aws:sagemaker:eu-west-1:111122223333:${kind}/tld1`;
  expect(made).toEqual([
    { kind: "sagemaker-model", name: "tld1", arn: arn("model"), region: "eu-west-1" },
    { kind: "sagemaker-endpoint", name: "tld1", arn: arn("endpoint"), region: "eu-west-1" },
  ]);
});

test("a repetition after a crash takes what is there; a provisioned endpoint has its instances", async () => {
  const there = refused('Cannot create already existing endpoint "arn".');
  answers = { CreateModel: [there], CreateEndpoint: [there], DescribeEndpoint: [described("InService")] };
  const size = {
    sagemakerEndpointResourceLocation: "LetsData",
    sagemakerEndpointType: "Provisioned",
    sagemakerProvisioned: { instanceType: "ml.m5.xlarge", instanceCount: 2 },
  } as const;
  await provisionEndpoint({ ...wish, size }, access, signal, waiting);
  expect(asked[2]?.[1].ProductionVariants).toEqual([
    { VariantName: "AllTraffic", ModelName: "tld1", InstanceType: "ml.m5.xlarge", InitialInstanceCount: 2 },
  ]);
});

test("a role that is not known everywhere yet is waited for", async () => {
  const unknown = refused("Could not assume role arn:aws:iam::111122223333:role/model.");
  answers = { CreateModel: [unknown, unknown, { body: {} }], DescribeEndpoint: [described("InService")] };
  await provisionEndpoint(wish, access, signal, waiting);
  expect(actions().filter((action) => action === "CreateModel")).toHaveLength(3);
});

test("an endpoint that fails is told with SageMaker's reason, one that does not come with the time waited", async () => {
  answers = {
    DescribeEndpoint: [gone, described("Creating"), described("Failed", { FailureReason: "No such image" })],
  };
  await expect(provisionEndpoint(wish, access, signal, waiting)).rejects.toMatchObject({
    code: "CLOUD_CALL_REFUSED",
    path: "computeEngine.model",
    message: "SageMaker could not make the endpoint tld1 (Failed): No such image.",
  });
  answers = { DescribeEndpoint: [described("Creating")] };
  await expect(provisionEndpoint(wish, access, signal, waiting)).rejects.toMatchObject({
    message: "The endpoint tld1 is not in service after 30 minutes.",
  });
  expect(now).toBeGreaterThanOrEqual(30 * 60_000);
});

test("an endpoint that failed goes and is made again: the model may be mended by now", async () => {
  const failed = described("Failed", { FailureReason: "The model file is no archive" });
  answers = { DescribeEndpoint: [failed, failed, gone, described("InService")] };
  await provisionEndpoint(wish, access, signal, waiting);
  expect(actions().filter((action) => action !== "DescribeEndpoint")).toEqual([
    "DeleteEndpoint",
    "DeleteEndpointConfig",
    "DeleteModel",
    "CreateModel",
    "CreateEndpointConfig",
    "CreateEndpoint",
  ]);
});

test("an endpoint that is on its way out is waited for and made again", async () => {
  answers = { DescribeEndpoint: [described("Deleting"), described("Deleting"), gone, described("InService")] };
  await provisionEndpoint(wish, access, signal, waiting);
  expect(actions()).not.toContain("DeleteEndpoint");
  expect(actions().filter((action) => action.startsWith("Create"))).toHaveLength(3);
});

test("is removed in the other order once the endpoint is gone, and what is gone already is fine", async () => {
  answers = { DescribeEndpoint: [described("InService"), described("Deleting"), gone] };
  await removeEndpoint("tld1", access, signal, waiting);
  expect(actions()).toEqual([
    "DescribeEndpoint",
    "DeleteEndpoint",
    "DescribeEndpoint",
    "DescribeEndpoint",
    "DeleteEndpointConfig",
    "DeleteModel",
  ]);
  answers = { DescribeEndpoint: [gone], DeleteEndpointConfig: [gone], DeleteModel: [gone] };
  await removeEndpoint("tld1", access, signal, waiting);
});

test("is not deleted while it is being made or changed: SageMaker would refuse it", async () => {
  answers = { DescribeEndpoint: [described("Creating"), described("Updating"), described("InService"), gone] };
  await removeEndpoint("tld1", access, signal, waiting);
  expect(actions().indexOf("DeleteEndpoint")).toBe(3);
});

test.each([
  ["InService", true],
  ["Creating", true],
  ["Failed", false],
  ["Deleting", false],
])("an endpoint that is %s serves: %s", async (status, serves) => {
  answers = { DescribeEndpoint: [described(status)] };
  expect(await isServing("tld1", access, signal)).toBe(serves);
  answers = { DescribeEndpoint: [gone] };
  expect(await isServing("tld1", access, signal)).toBe(false);
});
