import { createServer, request as forward, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { DescribeEndpointCommand, DescribeModelCommand, SageMakerClient } from "@aws-sdk/client-sagemaker";
import type { Installation } from "@letsdata/access/installation";
import { connectorPermissions } from "@letsdata/access/permission-source";
import { openProofCloud, type ProofCloud } from "@letsdata/access/testing/proof-cloud";
import { clientFor } from "@letsdata/aws/client-for";
import { generatedNames } from "@letsdata/dataset/names";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import {
  type EndpointOwner,
  ensureModelEndpoint,
  makeModelEndpoint,
  remakeModelEndpoint,
  removeModelEndpoint,
} from "./model-endpoint.ts";

const signal = new AbortController().signal;
const datasetId = "0123456789abcdef0123456789abcdef";
const names = generatedNames("Test", datasetId);

let cloud: ProofCloud;
let proxy: Server;
/** The cloud behind a server that refuses what the tests want refused. */
let installation: Installation;
let s3: S3Client;
let sagemaker: SageMakerClient;
/** Calls of SageMaker that are refused, one entry a call. */
let refusals: string[] = [];
const asked: string[] = [];

beforeAll(async () => {
  cloud = await openProofCloud();
  proxy = createServer((request, response) => {
    const action = String(request.headers["x-amz-target"]).split(".")[1] ?? "";
    asked.push(action);
    if (refusals.includes(action)) {
      refusals.splice(refusals.indexOf(action), 1);
      request.resume();
      response.writeHead(400, { "content-type": "application/x-amz-json-1.1" });
      response.end(JSON.stringify({ __type: "ValidationException", message: "The quota is used up." }));
      return;
    }
    const { method, headers } = request;
    const forwarded = forward(
      new URL(request.url ?? "/", cloud.installation.endpoint),
      { method, headers },
      (answer) => {
        response.writeHead(answer.statusCode ?? 500, answer.headers);
        answer.pipe(response);
      },
    );
    request.pipe(forwarded);
  });
  await new Promise<void>((listening) => proxy.listen(0, "127.0.0.1", listening));
  installation = { ...cloud.installation, endpoint: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}` };
  s3 = clientFor(S3Client, cloud.installation);
  sagemaker = clientFor(SageMakerClient, cloud.installation);
  await clientFor(S3Client, cloud.customer).send(
    new CreateBucketCommand({ Bucket: "models", CreateBucketConfiguration: { LocationConstraint: "eu-west-1" } }),
  );
  const permissions = ["m", "n", "missing"].flatMap((name) =>
    connectorPermissions.objectPermissions(urlOf(name), "model"),
  );
  await cloud.grant("models", permissions);
});
afterAll(async () => {
  await new Promise((closed) => proxy.close(closed));
  await cloud.remove();
});
beforeEach(async () => {
  refusals = [];
  for (const name of ["m", "n"]) await putModel(name);
  await removeModelEndpoint(installation, served("m"), signal);
  await makeModelEndpoint(installation, served("m"), signal);
  asked.length = 0;
});

const urlOf = (name: string) => `s3://models/${name}.tar.gz`;
const putModel = (name: string) =>
  clientFor(S3Client, cloud.customer).send(
    new PutObjectCommand({ Bucket: "models", Key: `${name}.tar.gz`, Body: `the model ${name}` }),
  );
const loseModel = (name: string) =>
  clientFor(S3Client, cloud.customer).send(new DeleteObjectCommand({ Bucket: "models", Key: `${name}.tar.gz` }));

/** A dataset whose endpoint serves the customer's model of the name; null: one without an endpoint. */
function served(model: string | null): EndpointOwner {
  const computeEngine = {
    computeEngineType: "LAMBDA_AND_SAGEMAKER",
    model: { modelUrl: urlOf(model ?? ""), modelContainerImageName: "HuggingFace_Inference_4_12_3" },
    endpoint: {
      sagemakerEndpointResourceLocation: "LetsData",
      sagemakerEndpointType: "Serverless",
      sagemakerServerless: { sagemakerEndpointConcurrency: 1, sagemakerMemoryLimitInMegabytes: 2048 },
    },
  };
  const config = cloud.config(model === null ? {} : { computeEngine }, "models");
  return { datasetId, config, owner: cloud.owner };
}

/** What the endpoint serves. */
async function servedText(): Promise<string> {
  const { EndpointStatus } = await sagemaker.send(new DescribeEndpointCommand({ EndpointName: names.endpoint }));
  expect(EndpointStatus).toBe("InService");
  const { PrimaryContainer } = await sagemaker.send(new DescribeModelCommand({ ModelName: names.endpoint }));
  const [, , Bucket, ...key] = PrimaryContainer!.ModelDataUrl!.split("/");
  const object = await s3.send(new GetObjectCommand({ Bucket, Key: key.join("/") }));
  return object.Body!.transformToString();
}
const copies = async () =>
  (await s3.send(new ListObjectsV2Command({ Bucket: names.modelBucket }))).Contents?.length ?? 0;

test("an update serves the new model and keeps no copy of the one before", async () => {
  const made = await remakeModelEndpoint(installation, served("m"), served("n"), signal);
  expect(made?.map(({ kind }) => kind)).toEqual(["s3-bucket", "sagemaker-model", "sagemaker-endpoint"]);
  expect(await servedText()).toBe("the model n");
  expect(await copies()).toBe(1);

  expect(await remakeModelEndpoint(installation, served("n"), served(null), signal)).toEqual([]);
  await expect(servedText()).rejects.toThrow("Could not find endpoint");
  await expect(copies()).rejects.toMatchObject({ name: "NoSuchBucket" });
});

test("a failed update serves the model as before, though the customer's file of it is gone", async () => {
  await loseModel("m");
  refusals = ["CreateEndpoint"];
  const update = remakeModelEndpoint(installation, served("m"), served("n"), signal);
  await expect(update).rejects.toMatchObject({ message: expect.stringContaining("The quota is used up"), errors: [] });
  expect(await servedText()).toBe("the model m");
  expect(await copies()).toBe(1);
});

test("a model file that cannot be read costs no endpoint", async () => {
  const update = remakeModelEndpoint(installation, served("m"), served("missing"), signal);
  await expect(update).rejects.toMatchObject({ code: "RESOURCE_NOT_FOUND" });
  expect(asked).not.toContain("DeleteEndpoint");
  expect(await servedText()).toBe("the model m");
});

test("an endpoint that could not be put back is told as such, and made again when it is asked for", async () => {
  await loseModel("m");
  refusals = ["CreateEndpoint", "CreateEndpoint"];
  const update = remakeModelEndpoint(installation, served("m"), served("n"), signal);
  await expect(update).rejects.toMatchObject({
    message: expect.stringMatching(/The quota is used up.*The endpoint before could not be put back/),
    errors: [{ path: "computeEngine.endpoint", code: "ENDPOINT_LOST", fix: expect.stringContaining("redrive") }],
  });
  await expect(servedText()).rejects.toThrow("Could not find endpoint");

  expect(await remakeModelEndpoint(installation, served("m"), served("m"), signal)).toHaveLength(3);
  expect(await servedText()).toBe("the model m");
  expect(await remakeModelEndpoint(installation, served("m"), served("m"), signal)).toBeNull();
  expect(await ensureModelEndpoint(installation, served("m"), signal)).toBeNull();
  expect(await ensureModelEndpoint(installation, served(null), signal)).toBeNull();
});
