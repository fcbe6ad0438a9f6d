import { type KeyUse, type KeyUser, useKey } from "../kms/use-key.ts";
import type { KinesisCall } from "./kinesis-operation.ts";
import type { Stream } from "./stream-store.ts";

const KINESIS: KeyUser = {
  service: "kinesis",
  deniedCode: "KMSAccessDeniedException",
  missingCode: "KMSNotFoundException",
};
/** https://docs.aws.amazon.com/streams/latest/dev/permissions-user-key-KMS.html */
const ACTIONS: Readonly<Record<KeyUse, readonly string[]>> = { read: ["Decrypt"], write: ["GenerateDataKey"] };

/** Throws where the caller may not use the key that encrypts the stream. */
export function useStreamKey(call: KinesisCall, { keyId }: Stream, use: KeyUse): void {
  useKey(call, keyId, ACTIONS[use], KINESIS);
}

export function encryptionOf({ keyId }: Stream) {
  return keyId ? { EncryptionType: "KMS", KeyId: keyId } : { EncryptionType: "NONE" };
}
