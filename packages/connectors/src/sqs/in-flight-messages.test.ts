import { setImmediate } from "node:timers/promises";
import {
  type ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  type SQSClient,
} from "@aws-sdk/client-sqs";
import { expect, test } from "vitest";
import { InFlightMessages } from "./in-flight-messages.ts";

interface Call {
  readonly kind: "hide" | "delete";
  readonly handles: readonly string[];
}

/** Holds messages h0, h1 …; `answer` runs with each call and may fail it. */
function hold(count: number, answer: (call: Call, messages: InFlightMessages) => Promise<void> | void) {
  const calls: Call[] = [];
  const send = async (command: ChangeMessageVisibilityBatchCommand | DeleteMessageBatchCommand) => {
    const kind = command instanceof DeleteMessageBatchCommand ? "delete" : "hide";
    const handles = (command.input.Entries ?? []).map(({ ReceiptHandle }) => ReceiptHandle!);
    const call = { kind, handles } as const;
    calls.push(call);
    await answer(call, messages);
    return {};
  };
  const timing = { visibilitySeconds: 120, extendEveryMilliseconds: 5 };
  const queue = { url: "q", arn: "arn:aws:sqs:us-east-1:1:q" };
  const messages = new InFlightMessages({ send } as unknown as SQSClient, queue, timing);
  const ids = Array.from({ length: count }, (_, n) => `h${n}`);
  for (const id of ids) messages.hold(id, id);
  return { messages, calls, ids };
}

test("an extension reaches the messages behind those that were deleted meanwhile, and behind a call that failed", async () => {
  let hidden = 0;
  const { messages, calls, ids } = hold(40, async ({ kind }, held) => {
    if (kind === "delete" || ++hidden > 1) return;
    await held.delete(ids.slice(10, 20));
    throw new Error("InternalError");
  });
  try {
    await expect.poll(() => calls.filter(({ kind }) => kind === "hide").length).toBeGreaterThan(2);
    const [failed, ...behind] = calls.filter(({ kind }) => kind === "hide");
    expect(failed!.handles).toEqual(ids.slice(0, 10));
    expect(behind[0]!.handles).toEqual(ids.slice(20, 30));
    expect(behind[1]!.handles).toEqual(ids.slice(30, 40));
  } finally {
    await messages.release();
  }
});

test("what could not be deleted when it was told is deleted later, without being told again", async () => {
  let isAway = true;
  const { messages, ids } = hold(12, ({ kind }) => {
    if (kind === "delete" && isAway)
      throw Object.assign(new Error("away"), { $fault: "server", $metadata: { httpStatusCode: 503 } });
  });
  try {
    await expect(messages.delete(ids.slice(0, 11))).rejects.toMatchObject({ entry: { retry: "later" } });
    expect(messages.size).toBe(12);
    isAway = false;
    await expect.poll(() => messages.size).toBe(1);
  } finally {
    await messages.release();
  }
});

test("what is to be deleted is not given back at the end, if it can be deleted then", async () => {
  let isAway = true;
  const { messages, calls, ids } = hold(3, ({ kind }) => {
    if (kind === "delete" && isAway)
      throw Object.assign(new Error("away"), { $fault: "server", $metadata: { httpStatusCode: 503 } });
  });
  await expect(messages.delete(ids.slice(0, 2))).rejects.toThrow();
  isAway = false;
  await messages.giveBack();
  expect(calls.at(-1)).toEqual({ kind: "hide", handles: ["h2"] });
});

test("nothing is given back while any extension is under way, which would hide it again", async () => {
  const slow = Promise.withResolvers<void>();
  let hidden = 0;
  const { messages, calls } = hold(1, ({ kind }) => {
    if (kind === "hide" && ++hidden === 1) return slow.promise;
  });
  // The next ones are quicker.
  await expect.poll(() => hidden).toBeGreaterThan(2);
  const before = calls.length;
  const givenBack = messages.giveBack();
  const first = await Promise.race([givenBack.then(() => "given back"), setImmediate("extended")]);
  expect(first).toBe("extended");
  expect(calls).toHaveLength(before);
  slow.resolve();
  await givenBack;
  expect(calls).toHaveLength(before + 1);
});
