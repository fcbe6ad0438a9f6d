import { AwsError } from "./aws-error.ts";
import type { CloudRequest, ErrorTarget } from "./service.ts";
import { elements, type XmlValue, xmlDocument } from "./xml.ts";

/** Parameters of an AWS query-protocol request. */
export class QueryInput {
  readonly #parameters: URLSearchParams;

  constructor(parameters: URLSearchParams) {
    this.#parameters = parameters;
  }

  optional(name: string): string | undefined {
    return this.#parameters.get(name) ?? undefined;
  }

  required(name: string, pattern?: RegExp): string {
    const value = this.#parameters.get(name);
    const member = name.charAt(0).toLowerCase() + name.slice(1);
    if (value === null || value === "") {
      throw new AwsError(
        "ValidationError",
        `1 validation error detected: Value at '${member}' failed to satisfy constraint: Member must not be null`,
      );
    }
    if (pattern && !pattern.test(value)) {
      throw new AwsError(
        "ValidationError",
        `1 validation error detected: Value '${value}' at '${member}' failed to satisfy constraint: Member must satisfy regular expression pattern: ${pattern.source}`,
      );
    }
    return value;
  }

  integer(name: string, fallback: number): number {
    const text = this.#parameters.get(name);
    if (text === null) return fallback;
    if (!/^-?\d+$/.test(text)) throw new AwsError("ValidationError", `Value '${text}' at '${name}' is not an integer`);
    return Number(text);
  }

  /** `Name.member.1`, `Name.member.2.Field`, … */
  list(name: string, field = ""): string[] {
    const values: string[] = [];
    for (let index = 1; ; index++) {
      const value = this.#parameters.get(`${name}.member.${index}${field ? `.${field}` : ""}`);
      if (value === null) return values;
      values.push(value);
    }
  }
}

export function readQueryInput(request: CloudRequest): { action: string; input: QueryInput } {
  const parameters = request.method === "POST" ? new URLSearchParams(request.body.toString("utf8")) : request.query;
  const action = parameters.get("Action");
  if (!action) throw new AwsError("MissingAction", "The request is missing an action.", 400);
  return { action, input: new QueryInput(parameters) };
}

export function sendQueryResult(
  request: CloudRequest,
  namespace: string,
  action: string,
  result: { readonly [name: string]: XmlValue },
): void {
  const body = xmlDocument(`${action}Response`, namespace, {
    ...(Object.keys(result).length > 0 ? { [`${action}Result`]: result } : {}),
    ResponseMetadata: { RequestId: request.requestId },
  });
  send(request, 200, body);
}

export function sendQueryError(target: ErrorTarget, namespace: string, error: AwsError): void {
  const type = error.status >= 500 ? "Receiver" : "Sender";
  const body = `<ErrorResponse xmlns="${namespace}">${elements({
    Error: { Type: type, Code: error.code, Message: error.message, ...error.extra },
    RequestId: target.requestId,
  })}</ErrorResponse>`;
  send(target, error.status, body);
}

function send(target: ErrorTarget, status: number, body: string): void {
  target.response.writeHead(status, {
    "content-type": "text/xml",
    "content-length": Buffer.byteLength(body),
    "x-amzn-requestid": target.requestId,
  });
  target.response.end(body);
}
