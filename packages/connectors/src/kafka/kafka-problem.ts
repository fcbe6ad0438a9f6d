import { Problem, type ProblemCode } from "@letsdata/plugin-kit/problems";
import { MultipleErrors, NetworkError, ProtocolError, TimeoutError } from "@platformatic/kafka";

const FENCED = new Set(["INVALID_PRODUCER_EPOCH", "PRODUCER_FENCED", "INVALID_PRODUCER_ID_MAPPING"]);
const SIGN_IN_REFUSED = new Set(["SASL_AUTHENTICATION_FAILED", "UNSUPPORTED_SASL_MECHANISM"]);
const MISSING = new Set(["INVALID_TOPIC_EXCEPTION"]);
/**
 * Not for good: a topic just made is not known to every broker at once, the transaction of an earlier session takes its time to end, and
 * a partition that has heard of a transaction's end refuses its producer before it has heard who comes next, or stumbles over it.
 * Another session is asked.
 */
const NOT_FOR_GOOD = new Set([
  "UNKNOWN_TOPIC_OR_PARTITION",
  "UNKNOWN_TOPIC_ID",
  "CONCURRENT_TRANSACTIONS",
  "OUT_OF_ORDER_SEQUENCE_NUMBER",
  "UNKNOWN_PRODUCER_ID",
  "INVALID_TXN_STATE",
  "TRANSACTION_ABORTABLE",
  "DUPLICATE_SEQUENCE_NUMBER",
  "BROKER_NOT_AVAILABLE",
  "UNKNOWN_SERVER_ERROR",
]);

/** What a failed call to `cluster` means to the pipeline. */
export function kafkaProblem(thrown: unknown, cluster: string): Problem {
  if (thrown instanceof Problem) return thrown;
  const error = causeOf(thrown);
  const problem = (code: ProblemCode, message: string) => new Problem(code, message, { cause: thrown });
  const text = error instanceof Error ? error.message : String(error);
  const id = protocolIdOf(error);
  if (isFenced(thrown)) return problem("LEASE_LOST", "Another attempt writes this task's documents by now.");
  if (id?.endsWith("AUTHORIZATION_FAILED") || isSignInError(error) || isSignInRefused(thrown)) {
    return problem("ACCESS_DENIED", `Kafka at ${cluster} refused the call: ${text}`);
  }
  if (id !== null && MISSING.has(id)) return problem("RESOURCE_NOT_FOUND", `Kafka at ${cluster}: ${text}`);
  const isTransient =
    error instanceof NetworkError ||
    error instanceof TimeoutError ||
    (error instanceof ProtocolError && error.canRetry === true) ||
    (id !== null && NOT_FOR_GOOD.has(id));
  return isTransient
    ? problem("CLOUD_UNAVAILABLE", `Kafka at ${cluster} did not answer: ${text}`)
    : problem("CLOUD_CALL_REFUSED", `Kafka at ${cluster} refused the call: ${text}`);
}

/** A later session of the same transactional id has begun, or the broker ended a transaction that lasted too long. */
export function isFenced(thrown: unknown): boolean {
  return FENCED.has(protocolIdOf(thrown) ?? "");
}

/** The protocol's name of the innermost error, such as MESSAGE_TOO_LARGE; null where the broker did not answer. */
export function protocolIdOf(thrown: unknown): string | null {
  const error = causeOf(thrown);
  return error instanceof ProtocolError && typeof error.apiId === "string" ? error.apiId : null;
}

function isSignInError(error: unknown): boolean {
  return (error as { readonly code?: unknown } | null)?.code === "PLT_KFK_AUTHENTICATION";
}

/** What the broker said, however deep: the client reports a refused sign-in as a connection that failed. */
function isSignInRefused(thrown: unknown, depth = 0): boolean {
  if (!(thrown instanceof Error) || depth > 10) return false;
  if (thrown instanceof ProtocolError && SIGN_IN_REFUSED.has(String(thrown.apiId))) return true;
  const within = thrown instanceof AggregateError ? thrown.errors : [];
  return [thrown.cause, ...within].some((inner) => isSignInRefused(inner, depth + 1));
}

/** The client wraps what happened in collections of errors, one for each broker and try: the last one is how it ended. */
function causeOf(thrown: unknown): unknown {
  let error = thrown;
  for (let depth = 0; depth < 10; depth++) {
    if (isSignInError(error) || error instanceof NetworkError || error instanceof TimeoutError) return error;
    if (error instanceof MultipleErrors && error.errors.length > 0) error = error.errors.at(-1);
    else if (error instanceof Error && !(error instanceof ProtocolError) && error.cause) error = error.cause;
    else return error;
  }
  return error;
}
