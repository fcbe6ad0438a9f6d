import type { Cloud } from "../cloud.ts";
import { parsePolicy } from "../iam/policy-document.ts";
import { AwsError } from "../server/aws-error.ts";
import type { MessageStore } from "./message-store.ts";
import { isFifo, placeOfArn, type Queue, queueArn } from "./queue-store.ts";
import type { QueuePlace } from "./sqs-operation.ts";

/** Least, most and default: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html */
const NUMBERS = {
  DelaySeconds: [0, 900, 0],
  MaximumMessageSize: [1024, 262_144, 262_144],
  MessageRetentionPeriod: [60, 1_209_600, 345_600],
  ReceiveMessageWaitTimeSeconds: [0, 20, 0],
  VisibilityTimeout: [0, 43_200, 30],
} as const satisfies Record<string, readonly [number, number, number]>;
export type NumberAttribute = keyof typeof NUMBERS;

const FIFO_ONLY: Readonly<Record<string, readonly string[]>> = {
  ContentBasedDeduplication: ["true", "false"],
  DeduplicationScope: ["queue", "messageGroup"],
  FifoThroughputLimit: ["perQueue", "perMessageGroupId"],
};
const FREE = ["KmsMasterKeyId", "KmsDataKeyReusePeriodSeconds", "SqsManagedSseEnabled", "RedriveAllowPolicy"];

/** Throws as SetQueueAttributes and CreateQueue do. */
export function checkAttributes(
  given: Readonly<Record<string, string>>,
  place: QueuePlace,
  cloud: Cloud,
  isCreated: boolean,
): void {
  for (const [name, value] of Object.entries(given)) {
    if (Object.hasOwn(NUMBERS, name)) checkNumber(name as NumberAttribute, value);
    else if (Object.hasOwn(FIFO_ONLY, name)) {
      if (!isFifo(place)) throw unknownAttribute(name);
      if (!FIFO_ONLY[name]?.includes(value)) throw invalidValue(name);
    } else if (name === "FifoQueue" && isCreated) {
      if (value !== "true" || !isFifo(place)) throw unknownAttribute(name);
    } else if (name === "Policy") {
      if (value !== "")
        cloud.iam.checkPrincipalsExist(
          parsePolicy(value, "resource", "InvalidAttributeValue"),
          "InvalidAttributeValue",
        );
    } else if (name === "RedrivePolicy") {
      if (value !== "") checkRedrive(value, place);
    } else if (!FREE.includes(name)) throw unknownAttribute(name);
  }
  if (isCreated && isFifo(place) && given.FifoQueue !== "true") {
    throw new AwsError(
      "InvalidParameterValue",
      "The name of a FIFO queue can only include alphanumeric characters, hyphens, or underscores, must end with .fifo suffix and be 1 to 80 in length; its attribute FifoQueue must be true.",
      400,
    );
  }
}

export function numberAttribute({ attributes }: Queue, name: NumberAttribute): number {
  return Number(attributes[name] ?? NUMBERS[name][2]);
}

export interface RedrivePolicy {
  readonly deadLetter: QueuePlace;
  readonly maxReceiveCount: number;
}

export function redrivePolicyOf({ attributes }: Queue): RedrivePolicy | null {
  if (!attributes.RedrivePolicy) return null;
  const { deadLetterTargetArn, maxReceiveCount } = JSON.parse(attributes.RedrivePolicy) as Record<string, unknown>;
  const deadLetter = placeOfArn(String(deadLetterTargetArn));
  return deadLetter && { deadLetter, maxReceiveCount: Number(maxReceiveCount) };
}

/** Every attribute as GetQueueAttributes tells it. */
export function describeQueue(queue: Queue, messages: MessageStore): Record<string, string> {
  const counts = messages.count(queue);
  return {
    ...Object.fromEntries(Object.entries(NUMBERS).map(([name, [, , standard]]) => [name, String(standard)])),
    SqsManagedSseEnabled: "true",
    ...(isFifo(queue)
      ? { ContentBasedDeduplication: "false", DeduplicationScope: "queue", FifoThroughputLimit: "perQueue" }
      : {}),
    ...Object.fromEntries(Object.entries(queue.attributes).filter(([, value]) => value !== "")),
    QueueArn: queueArn(queue),
    CreatedTimestamp: String(Math.floor(queue.createdAt / 1000)),
    LastModifiedTimestamp: String(Math.floor(queue.modifiedAt / 1000)),
    ApproximateNumberOfMessages: String(counts.visible),
    ApproximateNumberOfMessagesNotVisible: String(counts.inFlight),
    ApproximateNumberOfMessagesDelayed: String(counts.delayed),
  };
}

export function unknownAttribute(name: string): AwsError {
  return new AwsError("InvalidAttributeName", `Unknown Attribute ${name}.`, 400);
}

function invalidValue(name: string): AwsError {
  return new AwsError("InvalidAttributeValue", `Invalid value for the parameter ${name}.`, 400);
}

function checkNumber(name: NumberAttribute, value: string): void {
  const [min, max] = NUMBERS[name];
  if (!/^\d{1,9}$/.test(value) || Number(value) < min || Number(value) > max) throw invalidValue(name);
}

function checkRedrive(text: string, place: QueuePlace): void {
  const { deadLetterTargetArn, maxReceiveCount } = parsedObject(text);
  const target = placeOfArn(String(deadLetterTargetArn));
  const count = Number(maxReceiveCount);
  // A dead-letter queue lives beside its source and is of its kind.
  const isBeside = target?.accountId === place.accountId && target.region === place.region;
  const isValid =
    isBeside && isFifo(target) === isFifo(place) && Number.isInteger(count) && count >= 1 && count <= 1000;
  if (!isValid) throw invalidValue("RedrivePolicy");
}

function parsedObject(text: string): Record<string, unknown> {
  try {
    const raw = JSON.parse(text) as unknown;
    return typeof raw === "object" && raw !== null ? (raw as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
