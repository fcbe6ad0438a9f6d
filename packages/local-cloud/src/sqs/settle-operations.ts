import { AwsError } from "../server/aws-error.ts";
import type { JsonInput } from "../server/json-protocol.ts";
import { runEntries } from "./batch-entries.ts";
import { hiddenSeconds } from "./hidden-seconds.ts";
import { isFifo, type Queue } from "./queue-store.ts";
import { parseReceipt } from "./receipt-handle.ts";
import { invalidParameter, required, wholeNumber } from "./sqs-error.ts";
import type { SqsCall, SqsOperation } from "./sqs-operation.ts";

/** Since its receive: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-visibility-timeout.html */
const VISIBILITY_SECONDS_MAX = 43_200;

/** Deleting messages and changing how long they stay hidden. */
export const settleOperations: Readonly<Record<string, SqsOperation>> = {
  DeleteMessage(call) {
    const queue = call.queue();
    remove(call, queue, call.input);
    call.waiters.wake(queue.id);
  },
  DeleteMessageBatch(call) {
    const queue = call.queue();
    const answer = call.messages.together(() =>
      runEntries(call, "DeleteMessageBatch", (entry) => remove(call, queue, entry)),
    );
    call.waiters.wake(queue.id);
    return answer;
  },
  ChangeMessageVisibility(call) {
    const queue = call.queue();
    changeVisibility(call, queue, call.input);
    call.waiters.wake(queue.id);
  },
  ChangeMessageVisibilityBatch(call) {
    const queue = call.queue();
    const answer = call.messages.together(() =>
      runEntries(call, "ChangeMessageVisibilityBatch", (entry) => changeVisibility(call, queue, entry)),
    );
    call.waiters.wake(queue.id);
    return answer;
  },
};

/** A message that is gone, or was received again meanwhile, is left as it is: the call succeeds all the same. */
function remove({ messages, cloud }: SqsCall, queue: Queue, input: JsonInput): object {
  const handle = required(input, "ReceiptHandle");
  const { sequence, nonce } = parseReceipt(handle, queue.id);
  const message = messages.find(queue, sequence);
  if (!message || message.nonce !== nonce) return {};
  if (isFifo(queue) && message.visibleAt <= cloud.now()) {
    throw invalidParameter("ReceiptHandle", handle, "The receipt handle has expired.");
  }
  messages.remove(message);
  return {};
}

function changeVisibility({ messages, cloud }: SqsCall, queue: Queue, input: JsonInput): object {
  const handle = required(input, "ReceiptHandle");
  const seconds = wholeNumber(input, "VisibilityTimeout", 0, VISIBILITY_SECONDS_MAX);
  if (seconds === undefined) {
    throw new AwsError("MissingParameter", "The request must contain the parameter VisibilityTimeout.", 400);
  }
  const { sequence, nonce } = parseReceipt(handle, queue.id);
  const message = messages.find(queue, sequence);
  if (!message || message.nonce !== nonce) {
    throw invalidParameter(
      "ReceiptHandle",
      handle,
      "Message does not exist or is not available for visibility timeout change.",
    );
  }
  if (message.visibleAt <= cloud.now()) {
    throw new AwsError("MessageNotInflight", "The specified message isn't in flight.", 400);
  }
  const hiddenSince = message.firstReceivedAt ?? cloud.now();
  if (message.receives === 1 && cloud.now() + seconds * 1000 - hiddenSince > VISIBILITY_SECONDS_MAX * 1000) {
    throw invalidParameter(
      "VisibilityTimeout",
      seconds,
      `Total VisibilityTimeout for the message is beyond the limit [${VISIBILITY_SECONDS_MAX} seconds]`,
    );
  }
  messages.showIn(message, hiddenSeconds(cloud, queue, "ChangeMessageVisibility", seconds));
  return {};
}
