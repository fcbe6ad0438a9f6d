import {
  CreateEndpointCommand,
  DeleteEndpointCommand,
  DescribeEndpointCommand,
  SageMakerClient,
} from "@aws-sdk/client-sagemaker";
import { InvokeEndpointCommand, SageMakerRuntimeClient } from "@aws-sdk/client-sagemaker-runtime";
import { afterAll, beforeAll, expect, test } from "vitest";
import { KEYS, startTestCloud, type TestCloud } from "../testing/test-cloud.ts";

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
