import type { Cloud } from "../cloud.ts";
import { notImplemented } from "../server/aws-error.ts";
import { type JsonInput, readJsonInput, sendJson } from "../server/json-protocol.ts";
import type { CloudRequest, Service } from "../server/service.ts";
import { openMessageStore } from "./message-store.ts";
import { placeOfUrl, queueName, queueOperations } from "./queue-operations.ts";
import { openQueueStore, queueArn, queuePolicy } from "./queue-store.ts";
import { createQueueWaiters } from "./queue-waiters.ts";
import { receiveOperations } from "./receive-operations.ts";
import { sendOperations } from "./send-operations.ts";
import { settleOperations } from "./settle-operations.ts";
import { queueNotFound, required, sendSqsError } from "./sqs-error.ts";
import type { QueuePlace, SqsCall, SqsOperation } from "./sqs-operation.ts";

const OPERATIONS: Readonly<Record<string, SqsOperation>> = {
  ...queueOperations,
  ...sendOperations,
  ...receiveOperations,
  ...settleOperations,
};

/** A queue's policy can open these to other accounts, nothing else: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-customer-managed-policy-examples.html */
const ACROSS_ACCOUNTS = new Set([
  "ChangeMessageVisibility",
  "DeleteMessage",
  "GetQueueAttributes",
  "GetQueueUrl",
  "ListDeadLetterSourceQueues",
  "PurgeQueue",
  "ReceiveMessage",
  "SendMessage",
]);

export function sqsService(cloud: Cloud): Service {
  const queues = openQueueStore(cloud);
  const messages = openMessageStore(cloud);
  const waiters = createQueueWaiters();
  return {
    name: "sqs",
    deniedCode: "AccessDeniedException",
    resolve(request) {
      const { action, input } = readJsonInput(request);
      const operation = Object.hasOwn(OPERATIONS, action) ? OPERATIONS[action] : undefined;
      if (!operation) throw notImplemented("sqs", action);
      const place = placeOf(action, input, request);
      const found = queues.find(place);
      const resource = action === "ListQueues" ? "*" : queueArn(place);
      // A batch needs the right to its single operation.
      const right = action.replace(/Batch$/, "");
      const opensToOthers = ACROSS_ACCOUNTS.has(right) || place.accountId === request.caller.accountId;
      const policy = found && opensToOthers ? queuePolicy(found) : null;
      const call: SqsCall = {
        cloud,
        queues,
        messages,
        waiters,
        request,
        input,
        place,
        queue() {
          const queue = queues.find(place);
          if (!queue) throw queueNotFound();
          return queue;
        },
      };
      return {
        name: action,
        resource,
        requirements: [{ action: `sqs:${right}`, resource, owner: { accountId: place.accountId, policy } }],
        run: async () => sendJson(request, (await operation(call)) ?? {}),
      };
    },
    sendError: sendSqsError,
  };
}

function placeOf(action: string, input: JsonInput, request: CloudRequest): QueuePlace {
  const { region, caller } = request;
  if (action === "ListQueues") return { region, accountId: caller.accountId, name: "" };
  if (action === "CreateQueue") return { region, accountId: caller.accountId, name: queueName({ input }) };
  if (action === "GetQueueUrl") {
    const accountId = input.optionalString("QueueOwnerAWSAccountId") ?? caller.accountId;
    return { region, accountId, name: queueName({ input }) };
  }
  return { region, ...placeOfUrl(required(input, "QueueUrl")) };
}
