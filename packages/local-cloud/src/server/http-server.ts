import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Cloud } from "../cloud.ts";
import { authorise } from "../iam/authorise.ts";
import { ANONYMOUS, type Caller } from "../iam/caller.ts";
import { sha256 } from "../signature/canonical-request.ts";
import { claimedService, type Signature, verifySignature } from "../signature/verify-signature.ts";
import { handleAdmin } from "./admin.ts";
import { applyFaults, ConnectionCut } from "./apply-faults.ts";
import { AwsError, notImplemented } from "./aws-error.ts";
import { readWhole } from "./read-body.ts";
import { requestContext } from "./request-context.ts";
import type { CloudRequest, Service } from "./service.ts";

const EMPTY = Buffer.alloc(0);

/** `services` by the name used in signatures' credential scopes. */
export function createCloudServer(cloud: Cloud, services: ReadonlyMap<string, Service>): Server {
  const s3 = services.get("s3");
  if (!s3) throw new Error("the S3 service answers unsigned requests and must exist");
  const server = createServer(
    { keepAliveTimeout: 60_000, requestTimeout: 0, maxHeaderSize: 64 * 1024 },
    (incoming, response) => {
      void answer(cloud, services, s3, incoming, response);
    },
  );
  return server;
}

async function answer(
  cloud: Cloud,
  services: ReadonlyMap<string, Service>,
  s3: Service,
  incoming: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const target = incoming.url ?? "/";
  const queryAt = target.indexOf("?");
  const rawPath = queryAt < 0 ? target : target.slice(0, queryAt);
  const query = new URLSearchParams(queryAt < 0 ? "" : target.slice(queryAt + 1).replaceAll("+", "%2B"));
  const unverified = { method: incoming.method ?? "GET", rawPath, query, headers: incoming.headers };
  const errorTarget = { incoming, response, requestId: randomUUID(), rawPath };
  let service = s3;
  // Clients set their clock by it.
  response.setHeader("date", new Date(cloud.now()).toUTCString());
  response.on("error", () => undefined);
  incoming.on("error", () => undefined);
  try {
    if (rawPath.startsWith("/_local/")) {
      await handleAdmin(cloud, services, incoming, response, new URL(target, "http://127.0.0.1"));
      return;
    }
    const claimed = claimedService(unverified);
    const targeted = claimed ?? (incoming.headers["x-amz-target"] !== undefined ? "kinesis" : "s3");
    const found = services.get(targeted);
    if (!found) throw notImplemented(targeted, "every operation");
    service = found;
    const streams = service === s3;
    const body = streams ? EMPTY : await readWhole(incoming, service.bodyBytesMax);
    const signature = verifySignature(
      { ...unverified, bodySha256: streams ? null : sha256(body) },
      (accessKeyId) => cloud.iam.findKey(accessKeyId) ?? cloud.sessions.findKey(accessKeyId),
      cloud.now(),
    );
    if (!signature && !streams)
      throw new AwsError("MissingAuthenticationToken", "Request is missing Authentication Token", 403);
    const caller = signature ? callerOf(cloud, signature, streams) : ANONYMOUS;
    const region = signature?.region ?? "us-east-1";
    const issuedAt = signature ? (cloud.sessions.find(signature.accessKeyId)?.issuedAt ?? null) : null;
    const request: CloudRequest = {
      ...unverified,
      ...errorTarget,
      caller,
      region,
      requestContext: requestContext(incoming, caller, region, cloud.now(), issuedAt),
      payload: signature?.payload ?? { kind: "unsigned" },
      body,
    };
    const operation = await service.resolve(request);
    await applyFaults(cloud.faults, service.name, operation.name, operation.resource, response);
    authorise(caller, operation.requirements, request.requestContext, service.deniedCode);
    await operation.run();
  } catch (error) {
    fail(service, errorTarget, error);
  } finally {
    // An unread body would block the connection's next request.
    if (!incoming.readableEnded) incoming.resume();
  }
}

function callerOf(cloud: Cloud, signature: Signature, isS3: boolean): Caller {
  const caller = cloud.iam.callerOfKey(signature.accessKeyId) ?? cloud.sessions.callerOfKey(signature.accessKeyId);
  if (caller) return caller;
  throw isS3
    ? new AwsError("InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records.", 403)
    : new AwsError("InvalidClientTokenId", "The security token included in the request is invalid.", 403);
}

function fail(service: Service, target: Parameters<Service["sendError"]>[0], error: unknown): void {
  const { response, incoming } = target;
  if (
    response.headersSent ||
    error instanceof ConnectionCut ||
    incoming.errored ||
    !response.socket ||
    response.socket.destroyed
  ) {
    response.socket?.destroy();
    return;
  }
  if (error instanceof AwsError) {
    service.sendError(target, error);
    return;
  }
  process.stderr.write(
    `local-cloud: ${incoming.method} ${target.rawPath}: ${error instanceof Error ? error.stack : String(error)}\n`,
  );
  service.sendError(target, new AwsError("InternalError", "local-cloud failed: see its log", 500));
}
