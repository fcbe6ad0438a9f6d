import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { staticCredentials } from "@letsdata/aws/session-source";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { Embed } from "./embed.ts";
import { invokeEndpoint, standInMark } from "./invoke-endpoint.ts";

interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}
const good: Answer = { status: 200, body: [[1, 2]] };
const refusal = (status: number, type: string, more: object = {}): Answer => ({
  status,
  body: { message: `${type} it is`, ...more },
  headers: { "x-amzn-errortype": type },
});

let server: Server;
let embed: Embed;
let answers: Answer[] = [];
const asked: { readonly url: string | undefined; readonly body: string }[] = [];
const pauses: number[] = [];
const signal = new AbortController().signal;

/** SageMaker's runtime: the answers in turn, the last one for ever. */
beforeAll(async () => {
  server = createServer(async (request, response) => {
    asked.push({ url: request.url, body: await text(request) });
    const answer = answers.length > 1 ? answers.shift() : answers[0];
    response.writeHead(answer?.status ?? 500, answer?.headers);
    response.end(typeof answer?.body === "string" ? answer.body : JSON.stringify(answer?.body));
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const credentials = staticCredentials({ accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret" });
  const access = { region: "eu-west-1", accountId: "111122223333", endpoint, credentials };
  embed = invokeEndpoint(access, "MiniLM", { sleep: async (milliseconds) => void pauses.push(milliseconds) });
});
afterAll(() => server.close());
beforeEach(() => {
  asked.length = 0;
  pauses.length = 0;
});

test("texts go as inputs to the endpoint; what a stand-in answers is told apart", async () => {
  answers = [good, { ...good, headers: { "x-amzn-sagemaker-custom-attributes": standInMark } }];
  expect(await embed(["a"], signal)).toEqual({ vectors: [[1, 2]], isStandIn: false });
  expect(await embed(["a"], signal)).toEqual({ vectors: [[1, 2]], isStandIn: true });
  expect(asked[0]).toEqual({ url: "/endpoints/MiniLM/invocations", body: '{"inputs":["a"]}' });
});

test.each([
  ["throttling", refusal(429, "ThrottlingException")],
  ["an outage", refusal(503, "ServiceUnavailable")],
  ["a dependency's failure", refusal(530, "InternalDependencyException")],
  ["a model that is not ready", refusal(429, "ModelNotReadyException")],
  ["a model that fails with 500", refusal(424, "ModelError", { OriginalStatusCode: 500 })],
  ["a model's own throttling", refusal(424, "ModelError", { OriginalStatusCode: 429 })],
])("%s is repeated until it passes", async (_, answer) => {
  answers = [answer, answer, answer, good];
  expect(await embed(["a"], signal)).toMatchObject({ vectors: [[1, 2]] });
  expect(pauses.length).toBeGreaterThan(0);
});

test("what does not pass in all the tries is for a person, with the last failure", async () => {
  answers = [refusal(424, "ModelError", { OriginalStatusCode: 503 })];
  await expect(embed(["a"], signal)).rejects.toMatchObject({
    code: "INFERENCE_FAILED",
    message:
      "The endpoint MiniLM gave no answer in many tries. The last time: The model of the endpoint MiniLM failed with status 503: ModelError it is",
  });
  expect(pauses).toHaveLength(11);
});

test.each([
  [
    "missing access",
    refusal(403, "AccessDeniedException"),
    "ACCESS_DENIED",
    "sagemaker:InvokeEndpoint on arn:aws:sagemaker:eu-west-1:111122223333:endpoint/minilm",
  ],
  [
    "an input the model refuses",
    refusal(424, "ModelError", { OriginalStatusCode: 400 }),
    "INFERENCE_FAILED",
    "status 400: ModelError it is",
  ],
  ["an endpoint that is not there", refusal(400, "ValidationError"), "CLOUD_CALL_REFUSED", "ValidationError it is"],
  [
    "an answer without vectors",
    { status: 200, body: { error: "x" } },
    "INFERENCE_FAILED",
    "The endpoint MiniLM answered an object of error without vectors",
  ],
] as const)("%s is told at once", async (_, answer, code, message) => {
  answers = [answer];
  await expect(embed(["a"], signal)).rejects.toMatchObject({ code, message: expect.stringContaining(message) });
  expect(asked).toHaveLength(1);
  expect(pauses).toEqual([]);
});
