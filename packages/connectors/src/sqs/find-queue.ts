import { GetQueueUrlCommand, type SQSClient } from "@aws-sdk/client-sqs";
import { withRetry } from "@letsdata/aws/with-retry";
import type { ResourceScope } from "@letsdata/plugin-kit/connector";
import { type NamedQueue, nameOfQueue, queueArn } from "./permissions.ts";

/** The queue's URL. Throws Problem RESOURCE_NOT_FOUND. */
export async function findQueue(
  sqs: SQSClient,
  config: NamedQueue,
  scope: ResourceScope,
  signal: AbortSignal,
): Promise<string> {
  const input = { QueueName: nameOfQueue(config), QueueOwnerAWSAccountId: scope.accountId };
  const { QueueUrl } = await withRetry(() => sqs.send(new GetQueueUrlCommand(input), { abortSignal: signal }), {
    call: { action: "sqs:GetQueueUrl", resource: queueArn(config, scope) },
    signal,
  });
  return QueueUrl ?? "";
}
