import type { AwsError } from "../server/aws-error.ts";
import type { CloudRequest, ErrorTarget } from "../server/service.ts";
import { elements, type XmlValue, xmlDocument } from "../server/xml.ts";

const NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/";

export type ResponseHeaders = Record<string, string | number>;

export function respond(request: CloudRequest, status: number, headers: ResponseHeaders = {}, body = ""): void {
  request.response.writeHead(status, {
    ...commonHeaders(request),
    ...(status === 204 ? {} : { "content-length": Buffer.byteLength(body) }),
    ...headers,
  });
  request.response.end(request.method === "HEAD" ? undefined : body);
}

export function respondXml(
  request: CloudRequest,
  root: string,
  values: { readonly [name: string]: XmlValue },
  headers: ResponseHeaders = {},
): void {
  respond(request, 200, { "content-type": "application/xml", ...headers }, xmlDocument(root, NAMESPACE, values));
}

export function commonHeaders(target: ErrorTarget): ResponseHeaders {
  return { "x-amz-request-id": target.requestId, "x-amz-id-2": target.requestId, server: "AmazonS3" };
}

export function sendS3Error(target: ErrorTarget, error: AwsError): void {
  const { response, incoming } = target;
  if (error.status === 304) {
    response.writeHead(304, commonHeaders(target)).end();
    return;
  }
  const { contentRange, ...extra } = error.extra;
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n<Error>${elements({
    Code: error.code,
    Message: error.message,
    ...extra,
    Resource: target.rawPath,
    RequestId: target.requestId,
    HostId: target.requestId,
  })}</Error>`;
  const headers: ResponseHeaders = {
    ...commonHeaders(target),
    "content-type": "application/xml",
    ...(contentRange === undefined ? {} : { "content-range": contentRange }),
    ...(incoming.method === "HEAD" ? {} : { "content-length": Buffer.byteLength(body) }),
    // A refused upload may still be on its way: closing spares receiving gigabytes for nothing.
    ...(incoming.complete ? {} : { connection: "close" }),
  };
  response.writeHead(error.status, headers);
  response.end(incoming.method === "HEAD" ? undefined : body);
}
