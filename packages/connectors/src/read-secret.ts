import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { clientFor } from "@letsdata/aws/client-for";
import { withRetry } from "@letsdata/aws/with-retry";
import type { CloudAccess } from "@letsdata/plugin-kit/connector";
import { Problem } from "@letsdata/plugin-kit/problems";

/** The secret's text, without blanks around it, from the region its ARN names. It must never reach a message or a log. */
export async function readSecret(
  arn: string,
  path: string,
  access: CloudAccess,
  signal?: AbortSignal,
): Promise<string> {
  const { endpoint, credentials } = access;
  // Neither source nor target: `onRequest` hears nothing of it.
  const secrets = clientFor(SecretsManagerClient, {
    endpoint,
    credentials,
    region: arn.split(":")[3] ?? access.region,
  });
  const answer = await withRetry(
    () =>
      secrets.send(new GetSecretValueCommand({ SecretId: arn }), signal === undefined ? {} : { abortSignal: signal }),
    { call: { action: "secretsmanager:GetSecretValue", resource: arn }, ...(signal === undefined ? {} : { signal }) },
  );
  const text = answer.SecretString?.trim() ?? "";
  if (text !== "") return text;
  throw new Problem("CONFIG_INVALID", `${arn} holds no text.`, { path });
}
