import { AwsError } from "../server/aws-error.ts";

/** As SageMaker's own limit for an answer. */
const ANSWER_TIMEOUT_MS = 60_000;

/** The model that the operator of the local cloud runs: answers what an endpoint's container would. Throws ModelError as SageMaker does. */
export async function askOperatorModel(url: string, body: Buffer, contentType: string): Promise<string> {
  let status: number;
  let answer: string;
  try {
    const response = await fetch(url, {
      method: "POST",
      headers: { "content-type": contentType },
      body: new Uint8Array(body),
      signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
    });
    status = response.status;
    answer = await response.text();
  } catch (thrown) {
    const { cause, message } = thrown as Error;
    const why = cause instanceof Error && cause.message ? cause.message : message;
    throw modelError(503, `the model at ${url} did not answer: ${why}`);
  }
  if (status >= 200 && status < 300) return answer;
  throw modelError(status, `the model at ${url} answered "${answer.slice(0, 200)}"`);
}

function modelError(status: number, what: string): AwsError {
  const message = `Received error (${status}) from model: ${what}`;
  return new AwsError("ModelError", message, 424, { OriginalStatusCode: status, OriginalMessage: what });
}
