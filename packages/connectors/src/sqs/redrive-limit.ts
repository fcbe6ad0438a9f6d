import { GetQueueAttributesCommand, type SQSClient } from "@aws-sdk/client-sqs";
import { withRetry } from "@letsdata/aws/with-retry";

/** After how many receives the queue moves a message, and where to. */
export interface RedriveLimit {
  readonly receivesMax: number;
  /** Name of the dead-letter queue. */
  readonly deadLetterQueue: string;
}

/** Null where the queue keeps its messages whatever happens. */
export async function redriveLimit(
  sqs: SQSClient,
  queue: { readonly url: string; readonly arn: string },
  signal: AbortSignal,
): Promise<RedriveLimit | null> {
  const call = { action: "sqs:GetQueueAttributes", resource: queue.arn };
  const asked = new GetQueueAttributesCommand({ QueueUrl: queue.url, AttributeNames: ["RedrivePolicy"] });
  const { Attributes } = await withRetry(() => sqs.send(asked, { abortSignal: signal }), { call, signal });
  if (!Attributes?.RedrivePolicy) return null;
  const policy = JSON.parse(Attributes.RedrivePolicy) as Readonly<Record<string, unknown>>;
  return {
    receivesMax: Number(policy.maxReceiveCount),
    deadLetterQueue: String(policy.deadLetterTargetArn).split(":").at(-1) ?? "",
  };
}
