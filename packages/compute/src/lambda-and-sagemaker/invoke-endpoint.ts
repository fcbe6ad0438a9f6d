import { InvokeEndpointCommand, SageMakerRuntimeClient } from "@aws-sdk/client-sagemaker-runtime";
import { classifyAwsError } from "@letsdata/aws/classify-error";
import { clientFor } from "@letsdata/aws/client-for";
import { type RetryOptions, withRetry } from "@letsdata/aws/with-retry";
import type { CloudAccess } from "@letsdata/plugin-kit/connector";
import { Problem } from "@letsdata/plugin-kit/problems";
import type { Embed } from "./embed.ts";
import { readVectors } from "./read-vectors.ts";

/** What the local cloud says of an answer that no model gave. */
export const standInMark = "letsdata-vectors=stand-in";

/**
 * One call of a SageMaker endpoint: `{"inputs":[…]}` in, vectors out. Throttling, outages and a model that fails for now are repeated
 * as writes are; what remains of them, and an answer without usable vectors, is Problem INFERENCE_FAILED. Throws ACCESS_DENIED and the
 * like at once.
 */
export function invokeEndpoint(
  access: Omit<CloudAccess, "datasetName">,
  EndpointName: string,
  retry: Pick<RetryOptions, "sleep"> = {},
): Embed {
  const client = clientFor(SageMakerRuntimeClient, access);
  const resource = `arn:aws:sagemaker:${access.region}:${access.accountId}:endpoint/${EndpointName.toLowerCase()}`;
  const call = { action: "sagemaker:InvokeEndpoint", resource };
  return async (texts, signal) => {
    const Body = Buffer.from(JSON.stringify({ inputs: texts }));
    const command = new InvokeEndpointCommand({
      EndpointName,
      Body,
      ContentType: "application/json",
      Accept: "application/json",
    });
    const send = async () => {
      try {
        return await client.send(command, { abortSignal: signal });
      } catch (thrown) {
        signal.throwIfAborted();
        throw problemOf(thrown, EndpointName);
      }
    };
    const answer = await withRetry(send, { call, signal, ...retry }).catch((thrown: unknown) => {
      signal.throwIfAborted();
      throw lasting(classifyAwsError(thrown, call), EndpointName);
    });
    return {
      vectors: readVectors(Buffer.from(answer.Body).toString("utf8"), texts.length, EndpointName),
      isStandIn: answer.CustomAttributes === standInMark,
    };
  };
}

/** A container that fails answers 424 with its own status beside it. */
function problemOf(thrown: unknown, endpoint: string): unknown {
  const {
    name,
    message,
    OriginalStatusCode: status,
  } = thrown as {
    readonly name?: unknown;
    readonly message?: unknown;
    readonly OriginalStatusCode?: number;
  };
  if (name !== "ModelError") return thrown;
  const said = typeof message === "string" ? message.slice(0, 600) : "no message";
  const text = `The model of the endpoint ${endpoint} failed with status ${status ?? "unknown"}: ${said}`;
  const isPassing = status !== undefined && (status === 429 || status >= 500);
  return new Problem(isPassing ? "CLOUD_UNAVAILABLE" : "INFERENCE_FAILED", text, { cause: thrown });
}

/** What did not pass in all the tries is for a person. */
function lasting(problem: Problem, endpoint: string): Problem {
  if (problem.code !== "THROTTLED" && problem.code !== "CLOUD_UNAVAILABLE") return problem;
  const message = `The endpoint ${endpoint} gave no answer in many tries. The last time: ${problem.message}`;
  return new Problem("INFERENCE_FAILED", message, { cause: problem });
}
