import { DecryptCommand, GenerateDataKeyCommand, KMSClient } from "@aws-sdk/client-kms";
import { clientFor } from "@letsdata/aws/client-for";
import type { CloudAccess } from "@letsdata/plugin-kit/connector";
import type { AccessFinding } from "@letsdata/plugin-kit/permissions";
import type { Problem } from "@letsdata/plugin-kit/problems";
import { type AccessCheck, accessFindings } from "./access-finding.ts";

/** Long enough for a ciphertext, and none of any key. */
const NO_CIPHERTEXT = new Uint8Array(160);
const ADVICE = "without a condition on kms:ViaService, as the check asks KMS itself";

/**
 * Whether the caller may use the key that encrypts a queue or stream, asked of KMS itself: no call to the queue or stream would show
 * it and change nothing. `key` is what the resource says: an id, an ARN or an alias. A key of AWS's own lets everybody in. Where KMS
 * looks at the ciphertext before it looks at the rights, kms:Decrypt stays unproved: no right is reported missing that is there.
 */
export async function keyFindings(
  key: string | undefined,
  use: "read" | "write",
  place: { readonly path: string; readonly access: CloudAccess },
  signal: AbortSignal,
): Promise<readonly AccessFinding[]> {
  if (key === undefined || key === "" || /(^|:)alias\/aws\//.test(key)) return [];
  const { path, access } = place;
  const kms = clientFor(KMSClient, access);
  const options = { abortSignal: signal };
  const check = (action: string, granted: string, call: () => Promise<unknown>): AccessCheck => ({
    path,
    action,
    resource: key.startsWith("arn:") ? key : `arn:aws:kms:${access.region}:${access.accountId}:${pathOf(key)}`,
    grantsWhatIsRefused: true,
    advice: ADVICE,
    isGranted: ({ details }: Problem) => details.awsCode === granted,
    call,
  });
  const decrypt = check("kms:Decrypt", "InvalidCiphertextException", () =>
    kms.send(new DecryptCommand({ KeyId: key, CiphertextBlob: NO_CIPHERTEXT }), options),
  );
  const generate = check("kms:GenerateDataKey", "DryRunOperationException", () =>
    kms.send(new GenerateDataKeyCommand({ KeyId: key, KeySpec: "AES_256", DryRun: true }), options),
  );
  // The statement for kms:GenerateDataKey brings kms:Decrypt along.
  const refused = use === "write" ? await accessFindings([generate], signal) : [];
  return refused.length > 0 ? refused : accessFindings([decrypt], signal);
}

function pathOf(key: string): string {
  return key.startsWith("alias/") ? key : `key/${key}`;
}
