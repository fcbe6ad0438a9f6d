import { GetQueueAttributesCommand, SQSClient } from "@aws-sdk/client-sqs";
import { clientFor } from "@letsdata/aws/client-for";
import { withRetry } from "@letsdata/aws/with-retry";
import type { PlanningInput, SourceAmount } from "@letsdata/plugin-kit/connector";
import type { SqsManifest, SqsReadConfig } from "./config.ts";
import { findQueue } from "./find-queue.ts";
import { queueArn } from "./permissions.ts";
import { LONG_POLL_SECONDS } from "./reader.ts";

/** Messages as SQS counts them, about; those in others' hands are not promised to come. */
export async function amountOfQueue(
  { config, manifest, access }: Omit<PlanningInput<SqsReadConfig>, "planned">,
  signal: AbortSignal,
): Promise<SourceAmount> {
  const { sqsReaderTaskStopCondition: stop, sqsReaderTaskStopAfterConsecutiveEmptyReceives: emptyReceives } =
    manifest as SqsManifest;
  const sqs = clientFor(SQSClient, access);
  const asked = new GetQueueAttributesCommand({
    QueueUrl: await findQueue(sqs, config, access, signal),
    AttributeNames: [
      "ApproximateNumberOfMessages",
      "ApproximateNumberOfMessagesDelayed",
      "ApproximateNumberOfMessagesNotVisible",
    ],
  });
  const call = { action: "sqs:GetQueueAttributes", resource: queueArn(config, access) };
  const { Attributes = {} } = await withRetry(() => sqs.send(asked, { abortSignal: signal }), { call, signal });
  const [visible, delayed, inFlight] = [
    Number(Attributes.ApproximateNumberOfMessages),
    Number(Attributes.ApproximateNumberOfMessagesDelayed),
    Number(Attributes.ApproximateNumberOfMessagesNotVisible),
  ];
  const idleSeconds = emptyReceives * LONG_POLL_SECONDS;
  return {
    records: visible + delayed,
    whyNoRecords: null,
    bytes: null,
    basis: [
      `Waiting messages, as SQS counts them: about ${visible}${delayed === 0 ? "" : `; delayed ones: about ${delayed}`}.`,
      ...(inFlight === 0 ? [] : [`With other receivers, and left out: about ${inFlight}.`]),
      ...(stop === "Continuous"
        ? []
        : [`Each worker ends after ${emptyReceives} empty receives of ${LONG_POLL_SECONDS} s: ${idleSeconds} s.`]),
    ],
    goesOn: stop === "Continuous" ? "The workers go on until the dataset is stopped." : null,
    idleSecondsPerTask: idleSeconds,
    arrivalsPerSecondMax: null,
  };
}
