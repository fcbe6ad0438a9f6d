import { createHash } from "node:crypto";
import { AwsError } from "../server/aws-error.ts";
import type { JsonInput } from "../server/json-protocol.ts";
import { batchEntries, runEntries } from "./batch-entries.ts";
import { bytesOfAttributes, md5OfAttributes, md5OfBody, readMessageAttributes } from "./message-attributes.ts";
import { type MessageContent, sequenceNumber } from "./message-store.ts";
import { numberAttribute } from "./queue-attributes.ts";
import { useQueueKey } from "./queue-key.ts";
import { isFifo, type Queue } from "./queue-store.ts";
import { invalidParameter, required, wholeNumber } from "./sqs-error.ts";
import type { SqsCall, SqsOperation } from "./sqs-operation.ts";

/** All messages of a batch together: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html */
const BATCH_BYTES_MAX = 262_144;
const DELAY_SECONDS_MAX = 900;
const FIFO_ID = /^[A-Za-z0-9!-/:-@[-`{-~]{1,128}$/;
/** What the XML recommendation calls a character, and nothing else. */
const NOT_SENDABLE = /[^\t\n\r -\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u;

export const sendOperations: Readonly<Record<string, SqsOperation>> = {
  SendMessage(call) {
    const queue = call.queue();
    const answer = call.messages.together(() => send(call, queue, call.input));
    call.waiters.wake(queue.id);
    return answer;
  },
  SendMessageBatch(call) {
    const queue = call.queue();
    const bytes = batchEntries(call.input).reduce((sum, entry) => sum + sizeOf(entry), 0);
    if (bytes > BATCH_BYTES_MAX) {
      throw new AwsError(
        "BatchRequestTooLong",
        `Batch requests cannot be longer than ${BATCH_BYTES_MAX} bytes. You have sent ${bytes} bytes.`,
        400,
      );
    }
    useQueueKey(call, queue, "write");
    const answer = call.messages.together(() =>
      runEntries(call, "SendMessageBatch", (entry) => send(call, queue, entry)),
    );
    call.waiters.wake(queue.id);
    return answer;
  },
};

function sizeOf(entry: JsonInput): number {
  return Buffer.byteLength(entry.optionalString("MessageBody") ?? "") + bytesOfAttributes(readMessageAttributes(entry));
}

function send(call: SqsCall, queue: Queue, input: JsonInput) {
  const { messages, request } = call;
  const body = required(input, "MessageBody");
  if (NOT_SENDABLE.test(body)) {
    throw new AwsError(
      "InvalidMessageContents",
      "Invalid characters found. Valid unicode characters are #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF",
      400,
    );
  }
  const attributes = readMessageAttributes(input);
  const bytesMax = numberAttribute(queue, "MaximumMessageSize");
  if (sizeOf(input) > bytesMax) {
    throw new AwsError(
      "InvalidParameterValue",
      `One or more parameters are invalid. Reason: Message must be shorter than ${bytesMax} bytes.`,
      400,
    );
  }
  const delay = wholeNumber(input, "DelaySeconds", 0, DELAY_SECONDS_MAX);
  const content = {
    body,
    attributes,
    systemAttributes: { SenderId: request.caller.uniqueId },
    ...(isFifo(queue) ? fifoIds(queue, input, body, delay) : standardIds(input)),
  };
  useQueueKey(call, queue, "write");
  const sent = messages.send(queue, content, delay ?? numberAttribute(queue, "DelaySeconds"));
  return {
    MessageId: sent.id,
    MD5OfMessageBody: md5OfBody(body),
    MD5OfMessageAttributes: md5OfAttributes(attributes),
    ...(isFifo(queue) ? { SequenceNumber: sequenceNumber(sent.sequence) } : {}),
  };
}

type Ids = Pick<MessageContent, "groupId" | "deduplicationId">;

function fifoIds(queue: Queue, input: JsonInput, body: string, delay: number | undefined): Ids {
  const groupId = required(input, "MessageGroupId");
  const given = input.optionalString("MessageDeduplicationId");
  if (!FIFO_ID.test(groupId)) throw invalidId("MessageGroupId", groupId);
  if (given !== undefined && !FIFO_ID.test(given)) throw invalidId("MessageDeduplicationId", given);
  if (delay)
    throw invalidParameter(
      "DelaySeconds",
      delay,
      "The request include parameter that is not valid for this queue type.",
    );
  if (given !== undefined) return { groupId, deduplicationId: given };
  if (queue.attributes.ContentBasedDeduplication !== "true") {
    throw new AwsError(
      "InvalidParameterValue",
      "The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly",
      400,
    );
  }
  return { groupId, deduplicationId: createHash("sha256").update(body).digest("hex") };
}

/** A standard queue takes a group too (fair queues), without ordering by it. */
function standardIds(input: JsonInput): Ids {
  const groupId = input.optionalString("MessageGroupId") ?? null;
  const deduplicationId = input.optionalString("MessageDeduplicationId");
  if (deduplicationId !== undefined) {
    throw invalidParameter(
      "MessageDeduplicationId",
      deduplicationId,
      "The request include parameter that is not valid for this queue type.",
    );
  }
  if (groupId !== null && !FIFO_ID.test(groupId)) throw invalidId("MessageGroupId", groupId);
  return { groupId, deduplicationId: null };
}

function invalidId(name: string, value: string): AwsError {
  return invalidParameter(
    name,
    value,
    `${name} can only include alphanumeric and punctuation characters. 1 to 128 in length.`,
  );
}
