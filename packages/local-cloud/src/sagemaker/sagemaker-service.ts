import type { Cloud } from "../cloud.ts";
import type { Requirement } from "../iam/requirement.ts";
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
type JsonMembers = Readonly<Record<string, unknown>>;
type Place = Pick<Endpoint, "accountId" | "region" | "name">;

/** What an endpoint is made of; both are kept and given back, and nothing runs by them. */
const parts = {
  Model: { kind: "model", words: "model" },
  EndpointConfig: { kind: "endpoint-config", words: "endpoint configuration" },
} as const;
type Part = keyof typeof parts;

/** An endpoint that names a configuration of this cloud takes so long to come into service. */
const CREATING_MS = 1_000;

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

  const made = new Map(
    database.documents<JsonMembers>("sagemaker.part").map(({ key, value }) => [key, value] as const),
  );

  const operations: Readonly<Record<string, (input: JsonInput, place: Place) => unknown>> = {
    ...operationsOf("Model"),
    ...operationsOf("EndpointConfig"),
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
        EndpointStatus: isCreating(endpoint) ? "Creating" : "InService",
        CreationTime: endpoint.createdAt / 1000,
        LastModifiedTime: endpoint.createdAt / 1000,
        ProductionVariants: [{ VariantName: VARIANT }],
      };
    },
    DeleteEndpoint(_input, place) {
      if (isCreating(existing(place))) throw invalid(`Cannot update in-progress endpoint "${arnOf(place)}".`);
      endpoints.delete(arnOf(place));
      database.removeDocument("sagemaker.endpoint", arnOf(place));
    },
  };

  function operationsOf(part: Part): typeof operations {
    const { kind, words } = parts[part];
    const knownArn = (place: Place): string => {
      const arn = arnOf(place, kind);
      if (made.has(arn)) return arn;
      throw invalid(`Could not find ${words} "${arn}".`);
    };
    return {
      [`Create${part}`](input, place) {
        const arn = arnOf(place, kind);
        if (made.has(arn)) throw invalid(`Cannot create already existing ${words} "${arn}".`);
        const members = Object.fromEntries(input.names().map((name) => [name, input.value(name)]));
        made.set(arn, members);
        database.saveDocument("sagemaker.part", arn, members);
        return { [`${part}Arn`]: arn };
      },
      [`Describe${part}`]: (_input, place) => ({ ...made.get(knownArn(place)), [`${part}Arn`]: arnOf(place, kind) }),
      [`Delete${part}`](_input, place) {
        const arn = knownArn(place);
        made.delete(arn);
        database.removeDocument("sagemaker.part", arn);
      },
    };
  }

  function isCreating({ accountId, region, configName, createdAt }: Endpoint): boolean {
    const isMade = made.has(arnOf({ accountId, region, name: configName }, parts.EndpointConfig.kind));
    return isMade && cloud.now() < createdAt + CREATING_MS;
  }

  function existing(place: Place): Endpoint {
    const endpoint = endpoints.get(arnOf(place));
    if (!endpoint) throw invalid(`Could not find endpoint "${arnOf(place)}".`);
    return endpoint;
  }

  function resolved(
    request: CloudRequest,
    action: string,
    name: string,
    run: (place: Place) => void | Promise<void>,
    also: readonly Requirement[] = [],
  ) {
    const place = { accountId: request.caller.accountId, region: request.region, name };
    const part = partOf(action);
    const resource = arnOf(place, part && parts[part].kind);
    const operation: ResolvedOperation = {
      name: action,
      resource,
      requirements: [{ action: `sagemaker:${action}`, resource }, ...also],
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
      const role = action === "CreateModel" ? input.optionalString("ExecutionRoleArn") : undefined;
      return resolved(
        request,
        action,
        input.string(`${partOf(action) ?? "Endpoint"}Name`),
        (place) => sendJson(request, operation(input, place) ?? {}),
        role === undefined ? [] : [{ action: "iam:PassRole", resource: role }],
      );
    },
    sendError: sendJsonError,
  };
}

/** The part an action is about; undefined for endpoints. */
function partOf(action: string): Part | undefined {
  return (Object.keys(parts) as Part[]).find((part) => action.endsWith(part));
}

function arnOf({ accountId, region, name }: Place, kind = "endpoint"): string {
  return `arn:aws:sagemaker:${region}:${accountId}:${kind}/${name.toLowerCase()}`;
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
