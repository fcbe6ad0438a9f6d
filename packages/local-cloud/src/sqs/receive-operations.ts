import { AwsError } from "../server/aws-error.ts";
import { hiddenSeconds } from "./hidden-seconds.ts";
import { chosenAttributes, md5OfAttributes, md5OfBody } from "./message-attributes.ts";
import { type StoredMessage, sequenceNumber } from "./message-store.ts";
import { numberAttribute, redrivePolicyOf } from "./queue-attributes.ts";
import { useQueueKey } from "./queue-key.ts";
import { isFifo, type Queue, queueArn } from "./queue-store.ts";
import { formatReceipt } from "./receipt-handle.ts";
import { wholeNumber } from "./sqs-error.ts";
import type { SqsCall, SqsOperation } from "./sqs-operation.ts";

const MESSAGES_MAX = 10;
const WAIT_SECONDS_MAX = 20;
const VISIBILITY_SECONDS_MAX = 43_200;
/** Longest sleep of a long poll without looking: an injected clock may jump. */
const LOOK_MS_MAX = 1_000;

export const receiveOperations: Readonly<Record<string, SqsOperation>> = {
  async ReceiveMessage(call) {
    const { input, request, messages, waiters, cloud } = call;
    const limit = wholeNumber(input, "MaxNumberOfMessages", 1, MESSAGES_MAX) ?? 1;
    const visibility = wholeNumber(input, "VisibilityTimeout", 0, VISIBILITY_SECONDS_MAX);
    const wait = wholeNumber(input, "WaitTimeSeconds", 0, WAIT_SECONDS_MAX);
    const gone = new AbortController();
    request.response.once("close", () => gone.abort());
    const began = performance.now();
    for (;;) {
      // Nobody would hear the answer, and messages handed out now would stay hidden.
      if (gone.signal.aborted || request.response.destroyed) return {};
      const queue = call.queue();
      const seconds = visibility ?? numberAttribute(queue, "VisibilityTimeout");
      const hidden = hiddenSeconds(cloud, queue, "ReceiveMessage", seconds);
      const waitMs = (wait ?? numberAttribute(queue, "ReceiveMessageWaitTimeSeconds")) * 1000;
      const isAtLimit = messages.inFlight(queue) >= cloud.limits.sqsMessagesInFlight;
      if (isAtLimit) refuseShortPoll(queue, waitMs);
      const received = isAtLimit ? [] : receive(call, queue, limit, hidden);
      const leftMs = waitMs - (performance.now() - began);
      if (received.length > 0) return { Messages: received };
      if (leftMs <= 0) return {};
      const appearsIn = (messages.nextVisibleAt(queue) ?? Number.POSITIVE_INFINITY) - cloud.now();
      await waiters.wait(queue.id, Math.max(1, Math.min(leftMs, appearsIn, LOOK_MS_MAX)), gone.signal);
    }
  },
};

/**
 * With too many messages in flight long polls and FIFO queues answer as if nothing were there:
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html
 */
function refuseShortPoll(queue: Queue, waitMs: number): void {
  if (waitMs > 0 || isFifo(queue)) return;
  throw new AwsError("OverLimit", "The maximum number of in flight messages is reached.", 403);
}

function receive(call: SqsCall, queue: Queue, limit: number, visibilitySeconds: number) {
  const { messages, cloud, input } = call;
  const names = [...input.strings("AttributeNames"), ...input.strings("MessageSystemAttributeNames")];
  const wanted = input.strings("MessageAttributeNames");
  return messages.together(() => {
    moveDead(call, queue, limit);
    const receivable = messages.receivable(queue, limit);
    // Nothing to decrypt in an empty queue.
    if (receivable.length > 0) useQueueKey(call, queue, "read");
    return receivable.map((message) => {
      const nonce = messages.take(message, visibilitySeconds);
      const MessageAttributes = chosenAttributes(message.attributes, wanted);
      const md5 = md5OfAttributes(MessageAttributes);
      const Attributes = systemAttributes(queue, message, cloud.now(), names);
      return {
        MessageId: message.id,
        ReceiptHandle: formatReceipt({ queueId: queue.id, sequence: message.sequence, nonce }),
        MD5OfBody: md5OfBody(message.body),
        Body: message.body,
        ...(Object.keys(Attributes).length > 0 ? { Attributes } : {}),
        ...(md5 === undefined ? {} : { MessageAttributes, MD5OfMessageAttributes: md5 }),
      };
    });
  });
}

/** Messages received as often as the redrive policy allows go to the dead-letter queue instead of out. */
function moveDead({ messages, queues, waiters }: SqsCall, queue: Queue, limit: number): void {
  const policy = redrivePolicyOf(queue);
  const target = policy && queues.find(policy.deadLetter);
  if (!policy || !target) return;
  for (;;) {
    const dead = messages.receivable(queue, limit).filter(({ receives }) => receives >= policy.maxReceiveCount);
    if (dead.length === 0) return;
    for (const message of dead) messages.move(message, queue, target, queueArn(queue));
    waiters.wake(target.id);
  }
}

function systemAttributes(queue: Queue, message: StoredMessage, now: number, names: readonly string[]) {
  const all: Record<string, string> = {
    ...message.systemAttributes,
    SentTimestamp: String(message.sentAt),
    ApproximateReceiveCount: String(message.receives + 1),
    ApproximateFirstReceiveTimestamp: String(message.firstReceivedAt ?? now),
    ...(message.groupId === null ? {} : { MessageGroupId: message.groupId }),
    ...(message.deduplicationId === null ? {} : { MessageDeduplicationId: message.deduplicationId }),
    ...(isFifo(queue) ? { SequenceNumber: sequenceNumber(message.sequence) } : {}),
  };
  if (names.includes("All")) return all;
  return Object.fromEntries(Object.entries(all).filter(([name]) => names.includes(name)));
}
