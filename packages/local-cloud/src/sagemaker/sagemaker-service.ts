import type { Cloud } from "../cloud.ts";
import { AwsError, notImplemented } from "../server/aws-error.ts";
import { type JsonInput, readJsonInput, sendJson, sendJsonError } from "../server/json-protocol.ts";
import type { CloudRequest, ResolvedOperation, Service } from "../server/service.ts";
import { askOperatorModel } from "./operator-model.ts";
import { standInVector } from "./stand-in-vectors.ts";

interface Endpoint {
  readonly accountId: string;
  readonly region: string;
  readonly name: string;
  readonly configName: string;
  readonly tags: Readonly<Record<string, string>>;
  /** Epoch ms. */
  readonly createdAt: number;
}
type Place = Pick<Endpoint, "accountId" | "region" | "name">;

/** The only variant; a call that names another is refused before a model runs, as in AWS. */
const VARIANT = "AllTraffic";
/** Tags that say what an endpoint answers: this text, or one vector of so many numbers for each input. */
const ANSWER_TAG = "local-cloud:answer";
const VECTOR_LENGTH_TAG = "local-cloud:vector-length";
/** That of the small sentence models people begin with. */
const VECTOR_LENGTH = 384;
/** `CustomAttributes` of an answer that no model gave: who gets it can say so. */
const STAND_IN = "letsdata-vectors=stand-in";
const INVOCATION = /^\/endpoints\/([^/]+)\/invocations$/;

/**
 * Endpoints without models of their own: the operator's model answers for them all where there is one, else stand-in vectors, marked as
 * such. Control plane and runtime share the name SageMaker signs with.
 */
export function sagemakerService(cloud: Cloud): Service {
  const { database } = cloud;
  const endpoints = new Map(
    database.documents<Endpoint>("sagemaker.endpoint").map(({ key, value }) => [key, value] as const),
  );

  const operations: Readonly<Record<string, (input: JsonInput, place: Place) => unknown>> = {
    CreateEndpoint(input, place) {
      if (endpoints.has(arnOf(place))) throw invalid(`Cannot create already existing endpoint "${arnOf(place)}".`);
      const endpoint: Endpoint = {
        ...place,
        configName: input.string("EndpointConfigName"),
        tags: Object.fromEntries(input.objects("Tags").map((tag) => [tag.string("Key"), tag.string("Value")])),
        createdAt: cloud.now(),
      };
      endpoints.set(arnOf(place), endpoint);
      database.saveDocument("sagemaker.endpoint", arnOf(place), endpoint);
      return { EndpointArn: arnOf(place) };
    },
    DescribeEndpoint(_input, place) {
      const endpoint = existing(place);
      return {
        EndpointName: endpoint.name,
        EndpointArn: arnOf(endpoint),
        EndpointConfigName: endpoint.configName,
        EndpointStatus: "InService",
        CreationTime: endpoint.createdAt / 1000,
        LastModifiedTime: endpoint.createdAt / 1000,
        ProductionVariants: [{ VariantName: VARIANT }],
      };
    },
    DeleteEndpoint(_input, place) {
      endpoints.delete(arnOf(existing(place)));
      database.removeDocument("sagemaker.endpoint", arnOf(place));
    },
  };

  function existing(place: Place): Endpoint {
    const endpoint = endpoints.get(arnOf(place));
    if (!endpoint) throw invalid(`Could not find endpoint "${arnOf(place)}".`);
    return endpoint;
  }

  function resolved(request: CloudRequest, action: string, name: string, run: (place: Place) => void | Promise<void>) {
    const place = { accountId: request.caller.accountId, region: request.region, name };
    const operation: ResolvedOperation = {
      name: action,
      resource: arnOf(place),
      requirements: [{ action: `sagemaker:${action}`, resource: arnOf(place) }],
      run: () => run(place),
    };
    return operation;
  }

  return {
    name: "sagemaker",
    deniedCode: "AccessDeniedException",
    resolve(request) {
      const invoked = request.method === "POST" ? INVOCATION.exec(request.rawPath)?.[1] : undefined;
      if (invoked !== undefined) {
        return resolved(request, "InvokeEndpoint", decodeURIComponent(invoked), async (place) => {
          const endpoint = endpoints.get(arnOf(place));
          if (!endpoint) throw validation(`Endpoint ${place.name} of account ${place.accountId} not found.`);
          const variant = request.headers["x-amzn-sagemaker-target-variant"];
          if (variant !== undefined && variant !== VARIANT)
            throw validation(`Variant ${String(variant)} not found for Endpoint ${place.name}.`);
          sendAnswer(request, await answerOf(endpoint, request, cloud.modelUrl));
        });
      }
      const { action, input } = readJsonInput(request);
      const operation = Object.hasOwn(operations, action) ? operations[action] : undefined;
      if (!operation) throw notImplemented("sagemaker", action);
      return resolved(request, action, input.string("EndpointName"), (place) =>
        sendJson(request, operation(input, place) ?? {}),
      );
    },
    sendError: sendJsonError,
  };
}

function arnOf({ accountId, region, name }: Place): string {
  return `arn:aws:sagemaker:${region}:${accountId}:endpoint/${name.toLowerCase()}`;
}

interface Answer {
  readonly body: string;
  readonly isStandIn: boolean;
}

async function answerOf({ tags }: Endpoint, request: CloudRequest, modelUrl: string | null): Promise<Answer> {
  const fixed = tags[ANSWER_TAG];
  if (fixed !== undefined) return { body: fixed, isStandIn: false };
  if (modelUrl !== null) {
    const contentType = String(request.headers["content-type"] ?? "application/json");
    return { body: await askOperatorModel(modelUrl, request.body, contentType), isStandIn: false };
  }
  const length = Number(tags[VECTOR_LENGTH_TAG] ?? VECTOR_LENGTH);
  const vectors = inputsOf(request.body.toString("utf8")).map((text) => standInVector(text, length));
  return { body: JSON.stringify(vectors), isStandIn: true };
}

function inputsOf(body: string): readonly string[] {
  try {
    const parsed = JSON.parse(body) as { inputs?: unknown };
    return [parsed.inputs ?? body].flat().map(String);
  } catch {
    return [body];
  }
}

function sendAnswer(request: CloudRequest, { body, isStandIn }: Answer): void {
  request.response.writeHead(200, {
    "content-type": "application/json",
    "content-length": Buffer.byteLength(body),
    "x-amzn-requestid": request.requestId,
    "x-amzn-invoked-production-variant": VARIANT,
    ...(isStandIn ? { "x-amzn-sagemaker-custom-attributes": STAND_IN } : {}),
  });
  request.response.end(body);
}

/** The control plane's word for it, and the runtime's. */
function invalid(message: string): AwsError {
  return new AwsError("ValidationException", message, 400);
}
function validation(message: string): AwsError {
  return new AwsError("ValidationError", message, 400);
}
