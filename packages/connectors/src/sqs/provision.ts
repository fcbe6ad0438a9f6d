import { CreateQueueCommand, DeleteQueueCommand, SQSClient } from "@aws-sdk/client-sqs";
import { clientFor } from "@letsdata/aws/client-for";
import { withRetry } from "@letsdata/aws/with-retry";
import type { CloudAccess, ProvisionedResource } from "@letsdata/plugin-kit/connector";
import { Problem } from "@letsdata/plugin-kit/problems";
import type { SqsWriteConfig } from "./config.ts";
import { findQueue } from "./find-queue.ts";
import { nameOfQueue, queueArn } from "./permissions.ts";

type Target = Pick<
  SqsWriteConfig,
  "resourceLocation" | "queueName" | "queueType" | "visibilityTimeoutInSeconds" | "messageRetentionInSeconds"
>;

/** Makes LetsData's queue. Repeatable: SQS answers a second creation with the first queue. */
export async function provisionQueue(
  config: Target,
  access: CloudAccess,
  signal: AbortSignal,
): Promise<readonly ProvisionedResource[]> {
  if (config.resourceLocation !== "LetsData") return [];
  const QueueName = nameOfQueue(config);
  const arn = queueArn(config, access);
  const sqs = clientFor(SQSClient, access);
  const Attributes = {
    VisibilityTimeout: String(config.visibilityTimeoutInSeconds),
    MessageRetentionPeriod: String(config.messageRetentionInSeconds),
    ...(config.queueType === "FIFO" ? { FifoQueue: "true" } : {}),
  };
  const tags = { "letsdata:datasetName": access.datasetName };
  await withRetry(() => sqs.send(new CreateQueueCommand({ QueueName, Attributes, tags }), { abortSignal: signal }), {
    call: { action: "sqs:CreateQueue", resource: arn },
    signal,
  });
  return [{ kind: "sqs-queue", name: QueueName, arn, region: access.region }];
}

/** Removes LetsData's queue; one that is gone already is fine. */
export async function removeQueue(config: Target, access: CloudAccess, signal: AbortSignal): Promise<void> {
  if (config.resourceLocation !== "LetsData" || !config.queueName) return;
  const sqs = clientFor(SQSClient, access);
  try {
    const QueueUrl = await findQueue(sqs, config, access, signal);
    await withRetry(() => sqs.send(new DeleteQueueCommand({ QueueUrl }), { abortSignal: signal }), {
      call: { action: "sqs:DeleteQueue", resource: queueArn(config, access) },
      signal,
    });
  } catch (thrown) {
    if (!(thrown instanceof Problem) || thrown.code !== "RESOURCE_NOT_FOUND") throw thrown;
  }
}
