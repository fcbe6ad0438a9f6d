import { GetQueueAttributesCommand, type SQSClient } from "@aws-sdk/client-sqs";
import { withRetry } from "@letsdata/aws/with-retry";

/**
 * Whether SQS counts messages that nobody holds, about. Receives find none of them while other receivers hold as many as the queue allows
 * in flight, or a message of each FIFO group: such a queue is not drained.
 */
export async function hasVisibleMessages(
  sqs: SQSClient,
  queue: { readonly url: string; readonly arn: string },
  signal: AbortSignal,
): Promise<boolean> {
  const call = { action: "sqs:GetQueueAttributes", resource: queue.arn };
  const asked = new GetQueueAttributesCommand({
    QueueUrl: queue.url,
    AttributeNames: ["ApproximateNumberOfMessages"],
  });
  const { Attributes } = await withRetry(() => sqs.send(asked, { abortSignal: signal }), { call, signal });
  return Number(Attributes?.ApproximateNumberOfMessages ?? 0) > 0;
}
