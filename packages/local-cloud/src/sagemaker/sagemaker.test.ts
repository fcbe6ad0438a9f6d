import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import {
  CreateEndpointCommand,
  CreateEndpointConfigCommand,
  CreateModelCommand,
  DeleteEndpointCommand,
  DeleteEndpointConfigCommand,
  DeleteModelCommand,
  DescribeEndpointCommand,
  DescribeModelCommand,
  SageMakerClient,
} from "@aws-sdk/client-sagemaker";
import { InvokeEndpointCommand, SageMakerRuntimeClient } from "@aws-sdk/client-sagemaker-runtime";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ACCOUNT, KEYS, startTestCloud, type TestCloud } from "../testing/test-cloud.ts";

let cloud: TestCloud;
let own: { readonly sagemaker: SageMakerClient; readonly sagemakerRuntime: SageMakerRuntimeClient };

function open(): void {
  const options = { endpoint: cloud.endpoint, region: "us-east-1", credentials: KEYS, maxAttempts: 1 };
  own = { sagemaker: new SageMakerClient(options), sagemakerRuntime: new SageMakerRuntimeClient(options) };
}
beforeAll(async () => {
  cloud = await startTestCloud();
  open();
});
afterAll(() => cloud.remove());

const invoke = async (EndpointName: string, body: unknown, TargetVariant?: string) => {
  const command = new InvokeEndpointCommand({
    EndpointName,
    Body: Buffer.from(JSON.stringify(body)),
    ContentType: "application/json",
    TargetVariant,
  });
  const answer = await own.sagemakerRuntime.send(command);
  return JSON.parse(Buffer.from(answer.Body).toString()) as unknown;
};

test("an endpoint answers the same vector for the same text, of the length its tag says, or the text of its tag", async () => {
  const make = (EndpointName: string, Key: string, Value: string) =>
    own.sagemaker.send(new CreateEndpointCommand({ EndpointName, EndpointConfigName: "c", Tags: [{ Key, Value }] }));
  await make("MiniLM", "local-cloud:vector-length", "3");
  const vectors = (await invoke("MiniLM", { inputs: ["a", "b", "a"] })) as number[][];
  expect(vectors.map(({ length }) => length)).toEqual([3, 3, 3]);
  expect(vectors[0]).toEqual(vectors[2]);
  expect(vectors[0]).not.toEqual(vectors[1]);
  await make("fixed", "local-cloud:answer", '{"embedding":[1,2]}');
  cloud = await cloud.restart();
  open();
  expect(await invoke("fixed", "x")).toEqual({ embedding: [1, 2] });
  await expect(invoke("fixed", "x", "no-such-variant")).rejects.toMatchObject({ name: "ValidationError" });
  const described = await own.sagemaker.send(new DescribeEndpointCommand({ EndpointName: "MiniLM" }));
  expect(described).toMatchObject({
    EndpointStatus: "InService",
    EndpointArn: expect.stringMatching(/endpoint\/minilm$/),
  });
  await own.sagemaker.send(new DeleteEndpointCommand({ EndpointName: "fixed" }));
  await expect(invoke("fixed", "x")).rejects.toMatchObject({ name: "ValidationError" });
});

const dot = (a: readonly number[], b: readonly number[]) => a.reduce((sum, number, n) => sum + number * (b[n] ?? 0), 0);

test("stand-in vectors have unit length, are nearer where texts share words, and are marked", async () => {
  const made = new CreateEndpointCommand({ EndpointName: "stand-in", EndpointConfigName: "c" });
  await own.sagemaker.send(made);
  const texts = ["The Dark Knight", "the dark knight rises!", "Toy Story", "", "?!"];
  const answer = await own.sagemakerRuntime.send(
    new InvokeEndpointCommand({ EndpointName: "stand-in", Body: Buffer.from(JSON.stringify({ inputs: texts })) }),
  );
  expect(answer.CustomAttributes).toBe("letsdata-vectors=stand-in");
  const vectors = JSON.parse(Buffer.from(answer.Body).toString()) as number[][];
  for (const vector of vectors) {
    expect(vector).toHaveLength(384);
    expect(Math.hypot(...vector)).toBeCloseTo(1, 5);
  }
  const [first, second, third] = vectors as [number[], number[], number[]];
  expect(dot(first, second)).toBeGreaterThan(dot(first, third) + 0.4);
});

test("the operator's model answers for every endpoint, unmarked; where it fails, the endpoint fails as SageMaker says it", async () => {
  const asked: string[] = [];
  const model = createServer(async (request, response) => {
    const body = await text(request);
    asked.push(body);
    response.writeHead(body.includes("bad") ? 500 : 200).end(body.includes("bad") ? "out of memory" : "[[1,2]]");
  });
  await new Promise<void>((listening) => model.listen(0, "127.0.0.1", listening));
  const modelUrl = `http://127.0.0.1:${(model.address() as AddressInfo).port}/embed`;
  const other = await startTestCloud({ modelUrl });
  try {
    const options = { endpoint: other.endpoint, region: "us-east-1", credentials: KEYS, maxAttempts: 1 };
    const runtime = new SageMakerRuntimeClient(options);
    await new SageMakerClient(options).send(
      new CreateEndpointCommand({ EndpointName: "MiniLM", EndpointConfigName: "c" }),
    );
    const ask = (body: string) =>
      runtime.send(new InvokeEndpointCommand({ EndpointName: "MiniLM", Body: Buffer.from(body) }));
    const answer = await ask('{"inputs":["a"]}');
    expect([Buffer.from(answer.Body).toString(), answer.CustomAttributes]).toEqual(["[[1,2]]", undefined]);
    expect(asked).toEqual(['{"inputs":["a"]}']);
    const failed = { name: "ModelError", OriginalStatusCode: 500, message: expect.stringContaining("out of memory") };
    await expect(ask("bad")).rejects.toMatchObject(failed);
    await new Promise((closed) => model.close(closed));
    await expect(ask("a")).rejects.toMatchObject({ name: "ModelError", OriginalStatusCode: 503 });
  } finally {
    model.close();
    await other.remove();
  }
});

test("an endpoint of a model and a configuration that are here is created, comes into service, and all go again", async () => {
  let now = Date.now();
  const other = await startTestCloud({ now: () => now });
  try {
    const options = { endpoint: other.endpoint, region: "us-east-1", credentials: KEYS, maxAttempts: 1 };
    const sagemaker = new SageMakerClient(options);
    const ExecutionRoleArn = `arn:aws:iam::${ACCOUNT}:role/model`;
    const model = { ModelName: "m", ExecutionRoleArn, PrimaryContainer: { Image: "image", ModelDataUrl: "s3://b/m" } };
    await sagemaker.send(new CreateModelCommand(model));
    await expect(sagemaker.send(new CreateModelCommand(model))).rejects.toThrow("already existing model");
    expect(await sagemaker.send(new DescribeModelCommand({ ModelName: "m" }))).toMatchObject({
      ...model,
      ModelArn: `arn:aws:sagemaker:us-east-1:${ACCOUNT}:model/m`,
    });
    const ProductionVariants = [{ VariantName: "AllTraffic", ModelName: "m" }];
    await sagemaker.send(new CreateEndpointConfigCommand({ EndpointConfigName: "c", ProductionVariants }));
    await sagemaker.send(new CreateEndpointCommand({ EndpointName: "e", EndpointConfigName: "c" }));
    const status = async () =>
      (await sagemaker.send(new DescribeEndpointCommand({ EndpointName: "e" }))).EndpointStatus;
    expect(await status()).toBe("Creating");
    const remove = () => sagemaker.send(new DeleteEndpointCommand({ EndpointName: "e" }));
    await expect(remove()).rejects.toThrow("Cannot update in-progress endpoint");
    now += 1_000;
    expect(await status()).toBe("InService");
    await remove();
    await sagemaker.send(new DeleteEndpointConfigCommand({ EndpointConfigName: "c" }));
    await sagemaker.send(new DeleteModelCommand({ ModelName: "m" }));
    await expect(sagemaker.send(new DeleteModelCommand({ ModelName: "m" }))).rejects.toThrow("Could not find model");
  } finally {
    await other.remove();
  }
});
