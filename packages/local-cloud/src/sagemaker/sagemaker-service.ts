import { createHash } from "node:crypto";
import type { Cloud } from "../cloud.ts";
import { AwsError, notImplemented } from "../server/aws-error.ts";
import { type JsonInput, readJsonInput, sendJson, sendJsonError } from "../server/json-protocol.ts";
import type { CloudRequest, ResolvedOperation, Service } from "../server/service.ts";

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
const VECTOR_LENGTH = 8;
const INVOCATION = /^\/endpoints\/([^/]+)\/invocations$/;

/** Endpoints without models: control plane and runtime share the name SageMaker signs with. */
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

  function resolved(request: CloudRequest, action: string, name: string, run: (place: Place) => void) {
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
        return resolved(request, "InvokeEndpoint", decodeURIComponent(invoked), (place) => {
          const endpoint = endpoints.get(arnOf(place));
          if (!endpoint) throw validation(`Endpoint ${place.name} of account ${place.accountId} not found.`);
          const variant = request.headers["x-amzn-sagemaker-target-variant"];
          if (variant !== undefined && variant !== VARIANT)
            throw validation(`Variant ${String(variant)} not found for Endpoint ${place.name}.`);
          sendAnswer(request, answerOf(endpoint, request.body.toString("utf8")));
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

/** The same text always becomes the same vector. */
function answerOf({ tags }: Endpoint, body: string): string {
  const fixed = tags[ANSWER_TAG];
  if (fixed !== undefined) return fixed;
  const length = Number(tags[VECTOR_LENGTH_TAG] ?? VECTOR_LENGTH);
  return JSON.stringify(inputsOf(body).map((text) => vectorOf(text, length)));
}

function inputsOf(body: string): readonly string[] {
  try {
    const parsed = JSON.parse(body) as { inputs?: unknown };
    return [parsed.inputs ?? body].flat().map(String);
  } catch {
    return [body];
  }
}

function vectorOf(text: string, length: number): readonly number[] {
  return Array.from({ length }, (_, index) => {
    const digest = createHash("sha256").update(`${index}:${text}`).digest();
    return Number((digest.readInt32BE(0) / 2 ** 31).toFixed(6));
  });
}

function sendAnswer(request: CloudRequest, body: string): void {
  request.response.writeHead(200, {
    "content-type": "application/json",
    "content-length": Buffer.byteLength(body),
    "x-amzn-requestid": request.requestId,
    "x-amzn-invoked-production-variant": VARIANT,
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
