import { type KeyUse, type KeyUser, useKey } from "../kms/use-key.ts";
import type { Queue } from "./queue-store.ts";
import type { SqsCall } from "./sqs-operation.ts";

const SQS: KeyUser = { service: "sqs", deniedCode: "KmsAccessDenied", missingCode: "KmsNotFound" };
/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html */
const ACTIONS: Readonly<Record<KeyUse, readonly string[]>> = {
  read: ["Decrypt"],
  write: ["GenerateDataKey", "Decrypt"],
};

/** Throws where the caller may not use the key that encrypts the queue. */
export function useQueueKey(call: SqsCall, { attributes }: Queue, use: KeyUse): void {
  useKey(call, attributes.KmsMasterKeyId, ACTIONS[use], SQS);
}
