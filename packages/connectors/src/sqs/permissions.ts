import type { ResourceScope } from "@letsdata/plugin-kit/connector";
import type { Permission } from "@letsdata/plugin-kit/permissions";
import { Problem } from "@letsdata/plugin-kit/problems";

export interface NamedQueue {
  readonly resourceLocation: string;
  readonly queueName?: string | undefined;
}

const DESCRIBE_ACTIONS = ["sqs:GetQueueUrl", "sqs:GetQueueAttributes"];
const RECEIVE_ACTIONS = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:ChangeMessageVisibility"];

export function sqsReadPermissions(config: NamedQueue, scope: ResourceScope): readonly Permission[] {
  const resources = [queueArn(config, scope)];
  return [
    { actions: DESCRIBE_ACTIONS, resources, reason: "Find the queue" },
    {
      actions: RECEIVE_ACTIONS,
      resources,
      reason: "Receive messages, keep them hidden while in work, and delete them when done",
    },
  ];
}

export function sqsWritePermissions(config: NamedQueue, scope: ResourceScope): readonly Permission[] {
  const resources = [queueArn(config, scope)];
  return [
    { actions: DESCRIBE_ACTIONS, resources, reason: "Find the queue" },
    { actions: ["sqs:SendMessage"], resources, reason: "Send documents to the queue" },
  ];
}

/** What a reader of the queue needs (product.md §11.5). */
export function sqsTargetReadPermissions(config: NamedQueue, scope: ResourceScope): readonly Permission[] {
  return [
    {
      actions: [...DESCRIBE_ACTIONS, ...RECEIVE_ACTIONS],
      resources: [queueArn(config, scope)],
      reason: "Receive and delete the messages the dataset sends",
    },
  ];
}

export function queueArn(config: NamedQueue, { region, accountId }: ResourceScope): string {
  return `arn:aws:sqs:${region}:${accountId}:${nameOfQueue(config)}`;
}

export function nameOfQueue({ queueName }: NamedQueue): string {
  if (queueName) return queueName;
  throw new Problem("CONFIG_INVALID", "The queue has no name yet.", { path: "writeConnector.queueName" });
}
