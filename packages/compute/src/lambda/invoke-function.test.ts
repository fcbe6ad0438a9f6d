import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { staticCredentials } from "@letsdata/aws/session-source";
import { bridgeHost } from "@letsdata/handlers/lambda-bridge/bridge-host";
import type { BridgeRequest } from "@letsdata/handlers/lambda-bridge/bridge-protocol";
import { afterAll, beforeAll, expect, test } from "vitest";
import { invokeFunction } from "./invoke-function.ts";

const functionArn = "arn:aws:lambda:eu-west-1:111122223333:function:clicks";
const asked: BridgeRequest[] = [];
let throttles = 2;
let server: Server;

/** Lambda's Invoke: throttled at first, then the function, which times out when it is asked for its patterns. */
beforeAll(async () => {
  server = createServer(async (request, response) => {
    const body = await text(request);
    if (throttles-- > 0) {
      response.writeHead(429, { "x-amzn-errortype": "TooManyRequestsException" });
      return response.end('{"Reason":"ReservedFunctionConcurrentInvocationLimitExceeded"}');
    }
    expect(decodeURIComponent(request.url ?? "")).toBe(`/2015-03-31/functions/${functionArn}/invocations`);
    const event = JSON.parse(body) as BridgeRequest;
    asked.push(event);
    if (event.function === "getRecordStartPattern") {
      response.writeHead(200, { "x-amz-function-error": "Unhandled" });
      return response.end('{"errorMessage":"Task timed out after 3.00 seconds","errorType":"Sandbox.Timedout"}');
    }
    const known = event.interface === "SingleFileParser";
    response.end(JSON.stringify(known ? { StatusCode: 200, body: { statusCode: "SUCCESS", data: "LOG" } } : null));
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
});
afterAll(() => server.close());

test("requests reach the function as published; a throttled call is repeated, a timeout fails the task", async () => {
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const credentials = staticCredentials({ accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret" });
  const invoke = invokeFunction({ region: "eu-west-1", endpoint, credentials }, functionArn);
  const host = bridgeHost({ language: "PYTHON", connect: async () => ({ invoke, close: async () => {} }) });
  const dataset = { tenantId: "t", datasetName: "Clicks", datasetId: "d" };
  const { frame } = await host.openSingleFileParser({ artifactDir: "", taskId: "task", dataset });
  await expect(frame("a.gz")).rejects.toMatchObject({
    code: "HANDLER_EXCEPTION",
    message: "getRecordStartPattern threw for the file a.gz: Sandbox.Timedout: Task timed out after 3.00 seconds",
  });
  expect(asked.map((request) => [request.function, request.data])).toEqual([
    ["describe", {}],
    ["getS3FileType", {}],
    ["getResolvedS3FileName", { s3FileType: "LOG", fileName: "a.gz" }],
    ["getRecordStartPattern", { s3FileType: "LOG" }],
  ]);
  expect(asked[0]).toMatchObject({
    letsdataAuth: { tenantId: "t", userId: "t", datasetName: "Clicks", datasetId: "d" },
  });
});
