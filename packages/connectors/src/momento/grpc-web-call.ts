import { Problem, type ProblemCode } from "@letsdata/plugin-kit/problems";

/** https://github.com/grpc/grpc/blob/master/doc/statuscodes.md */
const PROBLEMS: Readonly<Record<number, ProblemCode>> = {
  4: "CLOUD_UNAVAILABLE",
  5: "RESOURCE_NOT_FOUND",
  7: "ACCESS_DENIED",
  8: "THROTTLED",
  10: "CLOUD_UNAVAILABLE",
  13: "CLOUD_UNAVAILABLE",
  14: "CLOUD_UNAVAILABLE",
  16: "ACCESS_DENIED",
};
export const ALREADY_EXISTS = 6;
const TRAILERS = 0x80;
const HEADER_BYTES = 5;
export const CALL_TIMEOUT_MS = 30_000;

export interface GrpcWebCall {
  /** Scheme, host and port. */
  readonly origin: string;
  /** `package.Service/Method` */
  readonly method: string;
  readonly apiKey: string;
  readonly message: Buffer;
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
}

/** One unary call over HTTP: https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-WEB.md */
export async function callGrpcWeb(call: GrpcWebCall): Promise<Buffer> {
  const { origin, method, apiKey, message, signal, timeoutMs } = call;
  const unavailable = (cause?: unknown) =>
    new Problem("CLOUD_UNAVAILABLE", `Momento did not answer ${method}.`, { cause });
  let answer: Response;
  let body: Buffer;
  try {
    answer = await fetch(`${origin}/${method}`, {
      method: "POST",
      headers: { "content-type": "application/grpc-web+proto", "x-grpc-web": "1", authorization: apiKey },
      body: framed(message),
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
      redirect: "error",
    });
    body = Buffer.from(await answer.arrayBuffer());
  } catch (thrown) {
    signal.throwIfAborted();
    throw unavailable(thrown);
  }
  const { data, trailers } = frames(body);
  const text = answer.headers.get("grpc-status") ?? /^grpc-status:\s*(\d+)/im.exec(trailers)?.[1];
  if (text === undefined) throw statusProblem(answer.status, method);
  const status = Number(text);
  if (status === 0) return data;
  throw new Problem(PROBLEMS[status] ?? "CLOUD_CALL_REFUSED", `Momento refused ${method} (gRPC status ${status}).`, {
    details: { grpcStatus: status },
  });
}

function framed(message: Buffer): Uint8Array<ArrayBuffer> {
  const frame = new Uint8Array(HEADER_BYTES + message.length);
  new DataView(frame.buffer).setUint32(1, message.length);
  frame.set(message, HEADER_BYTES);
  return frame;
}

function frames(body: Buffer): { readonly data: Buffer; readonly trailers: string } {
  const data: Buffer[] = [];
  let trailers = "";
  for (let at = 0; at + HEADER_BYTES <= body.length; ) {
    const length = body.readUInt32BE(at + 1);
    const content = body.subarray(at + HEADER_BYTES, at + HEADER_BYTES + length);
    if ((body[at] ?? 0) & TRAILERS) trailers += content.toString("utf8");
    else data.push(content);
    at += HEADER_BYTES + length;
  }
  return { data: Buffer.concat(data), trailers };
}

/** Whoever answered does not speak gRPC: a proxy, or the retired service's host. */
function statusProblem(status: number, method: string): Problem {
  if (status === 429) return new Problem("THROTTLED", `Momento throttled ${method}.`);
  if (status >= 500) return new Problem("CLOUD_UNAVAILABLE", `Momento did not answer ${method} (HTTP ${status}).`);
  if (status === 401 || status === 403) return new Problem("ACCESS_DENIED", `Momento refused ${method}.`);
  return new Problem("CLOUD_CALL_REFUSED", `What answered ${method} is not Momento (HTTP ${status}).`);
}
