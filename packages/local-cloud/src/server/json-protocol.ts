import { AwsError } from "./aws-error.ts";
import type { CloudRequest, ErrorTarget } from "./service.ts";

/** Members of an AWS JSON request; every reader throws ValidationException in the service's wording. */
export class JsonInput {
  readonly #members: Readonly<Record<string, unknown>>;

  constructor(members: Readonly<Record<string, unknown>>) {
    this.#members = members;
  }

  optionalString(name: string): string | undefined {
    const value = this.#members[name];
    if (value === undefined || value === null) return undefined;
    if (typeof value !== "string") throw serialization(name, "a string");
    return value;
  }

  string(name: string, pattern?: RegExp): string {
    const value = this.optionalString(name);
    if (value === undefined) throw constraint(name, null, "Member must not be null");
    if (pattern && !pattern.test(value))
      throw constraint(name, value, `Member must satisfy regular expression pattern: ${pattern.source}`);
    return value;
  }

  optionalNumber(name: string, min?: number, max?: number): number | undefined {
    const value = this.#members[name];
    if (value === undefined || value === null) return undefined;
    if (typeof value !== "number") throw serialization(name, "a number");
    if (min !== undefined && value < min)
      throw constraint(name, String(value), `Member must have value greater than or equal to ${min}`);
    if (max !== undefined && value > max)
      throw constraint(name, String(value), `Member must have value less than or equal to ${max}`);
    return value;
  }

  number(name: string, min?: number, max?: number): number {
    const value = this.optionalNumber(name, min, max);
    if (value === undefined) throw constraint(name, null, "Member must not be null");
    return value;
  }

  boolean(name: string): boolean {
    return this.#members[name] === true;
  }

  object(name: string): JsonInput {
    return new JsonInput(asMembers(this.#members[name] ?? {}, name));
  }

  /** As it was sent, for shapes that have readers of their own. */
  value(name: string): unknown {
    return this.#members[name];
  }

  names(): readonly string[] {
    return Object.keys(this.#members);
  }

  has(name: string): boolean {
    return this.#members[name] !== undefined && this.#members[name] !== null;
  }

  objects(name: string): JsonInput[] {
    return this.#list(name).map((entry) => new JsonInput(asMembers(entry, name)));
  }

  strings(name: string): string[] {
    return this.#list(name).map((entry) => {
      if (typeof entry !== "string") throw serialization(name, "a list of strings");
      return entry;
    });
  }

  numbers(name: string): number[] {
    return this.#list(name).map((entry) => {
      if (typeof entry !== "number") throw serialization(name, "a list of numbers");
      return entry;
    });
  }

  /** Structures by name. */
  objectMap(name: string): [string, JsonInput][] {
    return Object.entries(asMembers(this.#members[name] ?? {}, name)).map(([key, value]) => [
      key,
      new JsonInput(asMembers(value, key)),
    ]);
  }

  /** String values by name, as in tags. */
  map(name: string): Record<string, string> {
    return Object.fromEntries(
      Object.entries(asMembers(this.#members[name] ?? {}, name)).map(([key, value]) => [key, String(value)]),
    );
  }

  #list(name: string): unknown[] {
    const value = this.#members[name] ?? [];
    if (!Array.isArray(value)) throw serialization(name, "a list");
    return value;
  }
}

function asMembers(value: unknown, name: string): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw serialization(name, "a structure");
  return value as Record<string, unknown>;
}

function serialization(name: string, wanted: string): AwsError {
  return new AwsError("SerializationException", `${name} must be ${wanted}`, 400);
}

function constraint(name: string, value: string | null, rule: string): AwsError {
  const member = name.charAt(0).toLowerCase() + name.slice(1);
  return new AwsError(
    "ValidationException",
    `1 validation error detected: Value ${value === null ? "null" : `'${value}'`} at '${member}' failed to satisfy constraint: ${rule}`,
    400,
  );
}

export function readJsonInput(request: CloudRequest): { action: string; input: JsonInput } {
  const target = String(request.headers["x-amz-target"] ?? "");
  const action = target.slice(target.indexOf(".") + 1);
  if (action === "") throw new AwsError("UnknownOperationException", "The request names no operation.", 400);
  const type = String(request.headers["content-type"] ?? "");
  if (!type.startsWith("application/x-amz-json"))
    throw new AwsError("UnsupportedProtocol", `local-cloud speaks JSON here, not ${type}`, 501);
  return { action, input: readJsonBody(request) };
}

export function readJsonBody(request: CloudRequest): JsonInput {
  try {
    const text = request.body.toString("utf8");
    return new JsonInput(asMembers(text === "" ? {} : JSON.parse(text), "body"));
  } catch (error) {
    if (error instanceof AwsError) throw error;
    throw new AwsError("SerializationException", "The request body is not JSON", 400);
  }
}

export function sendJson(request: CloudRequest, result: unknown): void {
  const body = result === undefined ? "" : JSON.stringify(result);
  request.response.writeHead(200, {
    "content-type": String(request.headers["content-type"] ?? "application/x-amz-json-1.1"),
    "content-length": Buffer.byteLength(body),
    "x-amzn-requestid": request.requestId,
  });
  request.response.end(body);
}

/** `queryCode`: what the error is called in services that once spoke the query protocol. */
export function sendJsonError(target: ErrorTarget, error: AwsError, queryCode: string = error.code): void {
  const body = JSON.stringify({ __type: error.code, message: error.message, ...error.extra });
  target.response.writeHead(error.status, {
    "content-type": "application/x-amz-json-1.1",
    "content-length": Buffer.byteLength(body),
    "x-amzn-requestid": target.requestId,
    "x-amzn-errortype": error.code,
    "x-amzn-query-error": `${queryCode};${error.status >= 500 ? "Receiver" : "Sender"}`,
  });
  target.response.end(body);
}
