import { AwsError } from "../server/aws-error.ts";
import type { JsonInput } from "../server/json-protocol.ts";
import { sendJsonError } from "../server/json-protocol.ts";
import type { ErrorTarget } from "../server/service.ts";

/** Names that the older query protocol, and so the `Code` of SDK errors, spells in its own way. */
const QUERY_CODES: Readonly<Record<string, string>> = {
  QueueDoesNotExist: "AWS.SimpleQueueService.NonExistentQueue",
  QueueNameExists: "QueueAlreadyExists",
  KmsAccessDenied: "KMS.AccessDeniedException",
  KmsNotFound: "KMS.NotFoundException",
  ...Object.fromEntries(
    [
      "BatchEntryIdsNotDistinct",
      "BatchRequestTooLong",
      "EmptyBatchRequest",
      "InvalidBatchEntryId",
      "MessageNotInflight",
      "PurgeQueueInProgress",
      "QueueDeletedRecently",
      "TooManyEntriesInBatchRequest",
      "UnsupportedOperation",
    ].map((name) => [name, `AWS.SimpleQueueService.${name}`]),
  ),
};

export function sendSqsError(target: ErrorTarget, error: AwsError): void {
  sendJsonError(target, error, QUERY_CODES[error.code] ?? error.code);
}

export function queueNotFound(): AwsError {
  return new AwsError("QueueDoesNotExist", "The specified queue does not exist.", 400);
}

export function invalidParameter(name: string, value: unknown, reason: string): AwsError {
  return new AwsError(
    "InvalidParameterValue",
    `Value ${String(value)} for parameter ${name} is invalid. Reason: ${reason}`,
    400,
  );
}

export function required(input: JsonInput, name: string): string {
  const value = input.optionalString(name);
  if (value !== undefined && value !== "") return value;
  throw new AwsError("MissingParameter", `The request must contain the parameter ${name}.`, 400);
}

export function wholeNumber(input: JsonInput, name: string, min: number, max: number): number | undefined {
  const value = input.optionalNumber(name);
  if (value === undefined || (Number.isInteger(value) && value >= min && value <= max)) return value;
  throw invalidParameter(name, value, `Must be between ${min} and ${max}, if provided.`);
}
