import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { staticCredentials } from "@letsdata/aws/session-source";
import { bridgeHost } from "@letsdata/handlers/lambda-bridge/bridge-host";
import {
  type Answer,
  chunks,
  functionWith,
  open,
  read,
} from "@letsdata/handlers/lambda-bridge/testing/window-functions";
import { afterAll, beforeAll, expect, test } from "vitest";
import { invokeFunction } from "./invoke-function.ts";

const functionArn = "arn:aws:lambda:eu-west-1:111122223333:function:orders";
const MiB = 1024 * 1024;
/** https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html: of a synchronous request and of its answer. */
const payloadBytesMax = 6 * MiB;
const answer: Answer = functionWith();
let requests = 0;
let throttled = 0;
let server: Server;

/** Lambda's Invoke with its limits; every third request is throttled. */
beforeAll(async () => {
  server = createServer(async (request, response) => {
    const body = await text(request);
    if (++requests % 3 === 0) {
      throttled++;
      response.writeHead(429, { "x-amzn-errortype": "TooManyRequestsException" });
      return response.end('{"Reason":"ReservedFunctionConcurrentInvocationLimitExceeded"}');
    }
    if (Buffer.byteLength(body) > payloadBytesMax) {
      response.writeHead(413, { "x-amzn-errortype": "RequestTooLargeException" });
      return response.end('{"message":"Request must be smaller than 6291456 bytes for the InvokeFunction operation"}');
    }
    const answered = JSON.stringify(await answer(JSON.parse(body)));
    if (Buffer.byteLength(answered) > payloadBytesMax) {
      response.writeHead(200, { "x-amz-function-error": "Unhandled" });
      return response.end(
        '{"errorType":"Function.ResponseSizeTooLarge","errorMessage":"Response payload size exceeded"}',
      );
    }
    response.end(answered);
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
});
afterAll(() => server.close());

test("a state machine in a Lambda function reads a file of many windows; throttled calls are repeated", async () => {
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const credentials = staticCredentials({ accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret" });
  const invoke = invokeFunction({ region: "eu-west-1", endpoint, credentials }, functionArn);
  const host = bridgeHost({ language: "JAVASCRIPT", connect: async () => ({ invoke, close: async () => {} }) });
  const machine = await open(host);
  const line = (n: number) => `${n} ${"\u00e9".repeat(20_000)}\n`;
  const file = Buffer.concat([
    Buffer.from(Array.from({ length: 60 }, (_, n) => line(n)).join("")),
    Buffer.from(`${"x".repeat(5 * MiB)}\n`),
    Buffer.from(Array.from({ length: 60 }, (_, n) => line(n)).join("")),
  ]);
  const records = (await read(machine, file, 256 * 1024)).flatMap((batch) => batch.records);
  expect(records).toHaveLength(121);
  expect(records.filter(({ refused }) => refused).map(({ refused }) => refused?.code)).toEqual([
    "RECORD_TOO_LARGE_FOR_BRIDGE",
  ]);
  const whole = records.filter(({ refused }) => !refused);
  const results = await machine.handler.handle(whole, new AbortController().signal);
  expect(results.map(({ kind }) => kind)).toEqual(Array(120).fill("document"));
  expect(throttled).toBeGreaterThan(1);

  const [first] = await read(machine, file.subarray(0, 100_000), 4096);
  const files = first?.files ?? {};
  const rest: number[] = [];
  const { signal } = new AbortController();
  for await (const batch of machine.combiner.combine(
    { LOG: chunks(file, files.LOG?.offset ?? 0, MiB) },
    files,
    signal,
  )) {
    rest.push(...batch.records.map(({ start }) => Number(start)));
  }
  expect(rest).toEqual(records.slice(1).map(({ start }) => start));
});
