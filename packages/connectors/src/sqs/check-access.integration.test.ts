import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type OpenCloud, openCloud } from "../testing/open-cloud.ts";
import { checkSqsRead, checkSqsWrite } from "./check-access.ts";
import { sqsReadPermissions, sqsTargetReadPermissions, sqsWritePermissions } from "./permissions.ts";
import { fill, makeQueue, messagesOf, readerOf, readOut } from "./testing/sqs-suite.ts";

let open: OpenCloud;
const signal = new AbortController().signal;
beforeAll(async () => {
  open = await openCloud();
});
afterAll(() => open.cloud.remove());

describe("access to a queue", () => {
  it("as stated is enough to write, to read, and for others to read what we wrote", async () => {
    const config = await makeQueue(open.access);
    const writing = await open.narrowed(sqsWritePermissions(config, open.access));
    await fill(config, writing, [["a", "a"]]);
    const reading = await open.narrowed(sqsReadPermissions(config, open.access));
    expect(await readOut(readerOf(config, reading))).toEqual(["a"]);
    await fill(config, writing, [["b", "b"]]);
    const others = await open.narrowed(sqsTargetReadPermissions(config, open.access));
    expect(await messagesOf(config, others)).toHaveLength(1);
  });

  it("is checked without sending, receiving or deleting anything", async () => {
    for (const type of ["STANDARD", "FIFO"] as const) {
      const config = await makeQueue(open.access, type);
      await fill(config, open.access, [["a", "a"]]);
      const writing = await open.narrowed(sqsWritePermissions(config, open.access));
      expect(await checkSqsWrite(config, writing, signal)).toEqual([]);
      const reading = await open.narrowed(sqsReadPermissions(config, open.access));
      expect(await checkSqsRead(config, reading, signal)).toEqual([]);
      const [message, second] = await messagesOf(config, open.access);
      expect(message?.Attributes?.ApproximateReceiveCount).toBe("1");
      expect(second).toBeUndefined();
    }
  });

  it("that is missing is named, with the statement to add", async () => {
    const config = await makeQueue(open.access);
    const nobody = await open.narrowed([]);
    const Resource = `arn:aws:sqs:eu-west-1:${open.access.accountId}:${config.queueName}`;
    const findings = [
      ...(await checkSqsRead(config, nobody, signal)),
      ...(await checkSqsWrite(config, nobody, signal)),
    ];
    const actions = ["GetQueueUrl", "GetQueueAttributes", "ReceiveMessage", "DeleteMessage", "ChangeMessageVisibility"];
    const expected = [...actions, "GetQueueUrl", "GetQueueAttributes", "SendMessage"];
    expect(findings.map(({ code }) => code)).toEqual(expected.map(() => "ACCESS_DENIED"));
    for (const [index, action] of expected.entries()) {
      const statement = { Effect: "Allow", Action: `sqs:${action}`, Resource };
      expect(findings[index]!.fix).toContain(JSON.stringify(statement));
    }
    const missing = { resourceLocation: "Customer", queueName: "nowhere" };
    expect((await checkSqsWrite(missing, open.access, signal)).map(({ code }) => code)).toEqual(["RESOURCE_NOT_FOUND"]);
  });
});
