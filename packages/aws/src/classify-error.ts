import { Problem, type ProblemCode } from "@letsdata/plugin-kit/problems";
import { parseDenial } from "./parse-denial.ts";

/** The call that failed, for messages in which AWS does not name it. */
export interface AwsCall {
  /** IAM action, such as `s3:GetObject`. */
  readonly action?: string;
  /** ARN, or an object's address. */
  readonly resource?: string;
}

const LIMIT_EXCEEDED = "LimitExceededException";
const THROTTLED = new Set([
  "BandwidthLimitExceeded",
  "KMS.ThrottlingException",
  "KMSThrottlingException",
  LIMIT_EXCEEDED,
  "OverLimit",
  "PriorRequestNotComplete",
  "ProvisionedThroughputExceededException",
  "RequestLimitExceeded",
  "RequestThrottled",
  "RequestThrottledException",
  "SlowDown",
  "ThrottledException",
  "Throttling",
  "ThrottlingException",
  "TooManyRequestsException",
]);
const UNAVAILABLE = new Set([
  "AWS.SimpleQueueService.QueueDeletedRecently",
  "ConditionalRequestConflict",
  "InternalError",
  "InternalFailure",
  "InternalServerError",
  "InternalServiceError",
  "OperationAborted",
  "ReplicatedWriteConflictException",
  "RequestTimeout",
  "RequestTimeoutException",
  "ResourceInUseException",
  "ServiceUnavailable",
  "ServiceUnavailableException",
  "TimeoutError",
  "TransactionConflictException",
]);
const EXPIRED = new Set(["ExpiredToken", "ExpiredTokenException", "RequestExpired", "TokenRefreshRequired"]);
const DENIED = new Set([
  "AccessDenied",
  "AccessDeniedException",
  "AccountProblem",
  "AllAccessDisabled",
  "AuthorizationError",
  "InvalidAccessKeyId",
  "InvalidClientTokenId",
  "KMS.AccessDeniedException",
  "KMSAccessDeniedException",
  "NotAuthorized",
  "SignatureDoesNotMatch",
  "UnauthorizedOperation",
  "UnrecognizedClientException",
]);
const MISSING = new Set([
  "ImageNotFoundException",
  "AWS.SimpleQueueService.NonExistentQueue",
  "NoSuchBucket",
  "NoSuchEntity",
  "NoSuchEntityException",
  "NoSuchKey",
  "NoSuchUpload",
  "NotFound",
  "RepositoryNotFoundException",
  "QueueDoesNotExist",
  "ResourceNotFoundException",
]);
/** Codes of Node's network stack and of the SDK's connection handling. */
const NETWORK = new Set([
  "EAI_AGAIN",
  "ECONNABORTED",
  "ECONNREFUSED",
  "ECONNRESET",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENOTFOUND",
  "EPIPE",
  "ERR_STREAM_PREMATURE_CLOSE",
  "ETIMEDOUT",
]);

interface SdkErrorShape {
  readonly name?: unknown;
  readonly Code?: unknown;
  readonly code?: unknown;
  readonly message?: unknown;
  readonly $metadata?: { readonly httpStatusCode?: number; readonly requestId?: string };
}

/** What AWS calls the error: `NoSuchKey`, `ThrottlingException`, or Node's code for a broken connection. */
export function awsErrorCode(thrown: unknown): string {
  const { name, Code, code } = (thrown ?? {}) as SdkErrorShape;
  if (typeof code === "string" && NETWORK.has(code)) return code;
  if (typeof Code === "string" && Code !== "") return Code;
  return typeof name === "string" ? name : "Unknown";
}

/** HTTP status of the answer; undefined if none came. */
export function awsErrorStatus(thrown: unknown): number | undefined {
  return ((thrown ?? {}) as SdkErrorShape).$metadata?.httpStatusCode;
}

/**
 * The only place where an AWS error becomes a Problem: THROTTLED, CLOUD_UNAVAILABLE and CREDENTIALS_EXPIRED are worth repeating,
 * ACCESS_DENIED, RESOURCE_NOT_FOUND, OBJECT_ARCHIVED, POSITION_EXPIRED and CLOUD_CALL_REFUSED are not. Aborts are the caller's own doing: check the signal first.
 */
export function classifyAwsError(thrown: unknown, call: AwsCall = {}): Problem {
  if (thrown instanceof Problem) return thrown;
  const name = awsErrorCode(thrown);
  const status = awsErrorStatus(thrown);
  const said = sentence((thrown as SdkErrorShape | null)?.message);
  const about = call.resource === undefined ? "" : ` on ${call.resource}`;
  const doing = `${call.action ?? "the call"}${about}`;
  const problem = (code: ProblemCode, message: string, more: Record<string, unknown> = {}) =>
    new Problem(code, message, {
      cause: thrown,
      details: { ...call, awsCode: name, status, requestId: (thrown as SdkErrorShape)?.$metadata?.requestId, ...more },
    });

  if (THROTTLED.has(name) || status === 429) {
    // Too many calls at once, or a quota that is used up: only the sentence tells.
    const why = name === LIMIT_EXCEEDED && said !== "" ? `${name}: ${said}` : name;
    return problem("THROTTLED", `AWS throttled ${doing} (${why}).`);
  }
  if (EXPIRED.has(name)) return problem("CREDENTIALS_EXPIRED", `The session expired before ${doing}.`);
  if (NETWORK.has(name)) return problem("CLOUD_UNAVAILABLE", `The connection broke during ${doing} (${name}).`);
  if (UNAVAILABLE.has(name) || (status !== undefined && status >= 500)) {
    return problem("CLOUD_UNAVAILABLE", `AWS could not carry out ${doing} just now (${name}).`);
  }
  if (name === "InvalidObjectState") {
    const { StorageClass = "" } = thrown as { readonly StorageClass?: string };
    const where = StorageClass === "" ? "" : ` (${StorageClass})`;
    return problem(
      "OBJECT_ARCHIVED",
      `${call.resource ?? "The object"} is in cold storage${where}: it is read once it is restored.`,
    );
  }
  if (DENIED.has(name) || status === 403) {
    const denial = parseDenial(said);
    const action = denial.action ?? call.action;
    const resource = denial.resource ?? call.resource;
    const what = action === undefined ? "the call" : action;
    const where = resource === undefined ? "" : ` on ${resource}`;
    const why = denial.reason === undefined ? "" : ` (${denial.reason})`;
    return problem("ACCESS_DENIED", `AWS refused ${what}${where}${why}.`, { ...denial, action, resource });
  }
  if (name === "TrimmedDataAccessException") {
    return problem("POSITION_EXPIRED", `${call.resource ?? "The source"} no longer holds the place to read on from.`);
  }
  if (MISSING.has(name) || status === 404) {
    return problem("RESOURCE_NOT_FOUND", `${call.resource ?? "The resource"} does not exist (${name}).`);
  }
  if (status === undefined && thrown instanceof Error && /socket hang up|aborted/i.test(thrown.message)) {
    return problem("CLOUD_UNAVAILABLE", `The connection broke during ${doing}.`);
  }
  if (status === undefined && !(name.endsWith("Exception") || name === "CredentialsProviderError")) {
    return problem("INTERNAL", `Something went wrong on our side during ${doing}.`, { said });
  }
  return problem("CLOUD_CALL_REFUSED", `AWS refused ${doing}: ${name}${said === "" ? "" : `: ${said}`}.`);
}

/**
 * What `withRetry` threw in the end for a call that uses up `quota`, named as in AWS's console: a limit that stands in the way for so long is for
 * somebody to raise, CLOUD_CALL_REFUSED. Anything else as it is.
 */
export function quotaProblem(thrown: unknown, quota: string): unknown {
  if (!(thrown instanceof Problem) || thrown.details.awsCode !== LIMIT_EXCEEDED) return thrown;
  const { action = "the call", resource } = thrown.details as AwsCall;
  const said = sentence((thrown.cause as SdkErrorShape | undefined)?.message);
  const about = resource === undefined ? "" : ` on ${resource}`;
  const why = said === "" ? LIMIT_EXCEEDED : `${LIMIT_EXCEEDED}: ${said}`;
  return new Problem(
    "CLOUD_CALL_REFUSED",
    `AWS keeps refusing ${action}${about}: ${why}. Remove what is no longer needed, ask for less, or have ${quota} raised in Service Quotas.`,
    { cause: thrown, details: thrown.details },
  );
}

/** True for failures that a later repetition may cure. */
export function isWorthRepeating(problem: Problem): boolean {
  return problem.entry.retry === "later";
}

function sentence(message: unknown): string {
  return typeof message === "string" ? message.slice(0, 600).replace(/\.\s*$/, "") : "";
}
