import { randomUUID } from "node:crypto";
import {
  CreateSecretCommand,
  DeleteSecretCommand,
  paginateListSecrets,
  SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import { classifyAwsError } from "./classify-error.ts";
import { type ClientSettings, clientFor } from "./client-for.ts";
import { withRetry } from "./with-retry.ts";

/** Makes a secret that is not there yet. Returns its ARN. */
export async function createSecret(
  settings: ClientSettings,
  secret: { readonly name: string; readonly text: string; readonly description: string },
  signal: AbortSignal,
): Promise<string> {
  const client = clientFor(SecretsManagerClient, settings);
  const command = new CreateSecretCommand({
    Name: secret.name,
    SecretString: secret.text,
    Description: secret.description,
    // A repeated call is the same one.
    ClientRequestToken: randomUUID(),
  });
  const call = { action: "secretsmanager:CreateSecret", resource: secret.name };
  const { ARN } = await withRetry(() => client.send(command, { abortSignal: signal }), { call, signal });
  return ARN!;
}

/** At once and for good, by name or ARN. One that is gone already is fine. */
export async function deleteSecret(settings: ClientSettings, secretId: string, signal?: AbortSignal): Promise<void> {
  const client = clientFor(SecretsManagerClient, settings);
  const command = new DeleteSecretCommand({ SecretId: secretId, ForceDeleteWithoutRecovery: true });
  const call = { action: "secretsmanager:DeleteSecret", resource: secretId };
  const options = signal ? { abortSignal: signal } : {};
  const attempt = () =>
    client.send(command, options).catch((thrown: unknown) => {
      if (classifyAwsError(thrown, call).code !== "RESOURCE_NOT_FOUND") throw thrown;
    });
  await withRetry(attempt, signal ? { call, signal } : { call });
}

/** Every secret whose name begins so. */
export async function deleteSecretsNamed(settings: ClientSettings, prefix: string, signal: AbortSignal): Promise<void> {
  const client = clientFor(SecretsManagerClient, settings);
  const pages = paginateListSecrets({ client }, { Filters: [{ Key: "name", Values: [prefix] }] });
  const found: string[] = [];
  for await (const { SecretList = [] } of pages) {
    signal.throwIfAborted();
    // The filter takes a name's later words, too.
    for (const { Name, ARN } of SecretList) if (Name?.startsWith(prefix) && ARN) found.push(ARN);
  }
  for (const arn of found) await deleteSecret(settings, arn, signal);
}
