import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import { clientFor } from "@letsdata/aws/client-for";
import type { CloudAccess } from "@letsdata/plugin-kit/connector";
import type { Problem } from "@letsdata/plugin-kit/problems";
import { type AccessCheck, accessFindings } from "../access-finding.ts";
import { keyFindings } from "../key-findings.ts";
import { type NamedQueue, nameOfQueue, queueArn } from "./permissions.ts";

/** SQS checks rights first and then refuses these: nothing is received, deleted or sent. */
const TOO_MANY_MESSAGES = 11;
const NO_HANDLE = "letsdata-access-probe";
const NOT_SENDABLE = "\u0000";

export async function checkSqsRead(config: NamedQueue, access: CloudAccess, signal: AbortSignal) {
  const { describe, probe, sqs, options, key } = checksOf(config, access, "readConnector.queueName", signal);
  const findings = await accessFindings(
    [
      ...describe,
      probe("sqs:ReceiveMessage", (QueueUrl) =>
        sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: TOO_MANY_MESSAGES }), options),
      ),
      probe("sqs:DeleteMessage", (QueueUrl) =>
        sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: NO_HANDLE }), options),
      ),
      probe("sqs:ChangeMessageVisibility", (QueueUrl) =>
        sqs.send(
          new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle: NO_HANDLE, VisibilityTimeout: 0 }),
          options,
        ),
      ),
    ],
    signal,
  );
  return [...findings, ...(await key("read"))];
}

export async function checkSqsWrite(config: NamedQueue, access: CloudAccess, signal: AbortSignal) {
  const { describe, probe, sqs, options, key } = checksOf(config, access, "writeConnector.queueName", signal);
  const findings = await accessFindings(
    [
      ...describe,
      probe("sqs:SendMessage", (QueueUrl) =>
        sqs.send(
          new SendMessageCommand({
            QueueUrl,
            MessageBody: NOT_SENDABLE,
            ...(nameOfQueue(config).endsWith(".fifo")
              ? { MessageGroupId: NO_HANDLE, MessageDeduplicationId: NO_HANDLE }
              : {}),
          }),
          options,
        ),
      ),
    ],
    signal,
  );
  return [...findings, ...(await key("write"))];
}

function checksOf(config: NamedQueue, access: CloudAccess, path: string, signal: AbortSignal) {
  const sqs = clientFor(SQSClient, access);
  const options = { abortSignal: signal };
  const resource = queueArn(config, access);
  const asked = { QueueName: nameOfQueue(config), QueueOwnerAWSAccountId: access.accountId };
  // As AWS forms it: found this way, each right is checked though the one to look it up is missing.
  let url = `${access.endpoint ?? `https://sqs.${access.region}.amazonaws.com`}/${access.accountId}/${asked.QueueName}`;
  let keyId: string | undefined;
  const describe: readonly AccessCheck[] = [
    {
      path,
      resource,
      action: "sqs:GetQueueUrl",
      call: async () => {
        url = (await sqs.send(new GetQueueUrlCommand(asked), options)).QueueUrl ?? url;
      },
    },
    {
      path,
      resource,
      action: "sqs:GetQueueAttributes",
      call: async () => {
        const attributes = new GetQueueAttributesCommand({
          QueueUrl: url,
          AttributeNames: ["QueueArn", "KmsMasterKeyId"],
        });
        keyId = (await sqs.send(attributes, options)).Attributes?.KmsMasterKeyId;
      },
    },
  ];
  const probe = (action: string, call: (queueUrl: string) => Promise<unknown>): AccessCheck => ({
    path,
    resource,
    action,
    isGranted,
    call: () => call(url),
  });
  const key = (use: "read" | "write") => keyFindings(keyId, use, { path, access }, signal);
  return { sqs, options, describe, probe, key };
}

const isGranted = ({ code, details }: Problem) =>
  code === "CLOUD_CALL_REFUSED" || details.awsCode === "ReceiptHandleIsInvalid";
