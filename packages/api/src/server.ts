import { Problem } from "@letsdata/plugin-kit/problems";
import { OpenAPIHandler } from "@orpc/openapi/fetch";
import { ORPCError } from "@orpc/server";
import type { ApiDependencies } from "./dependencies.ts";
import { asRequestProblem } from "./http/as-request-problem.ts";
import { problemBody, problemResponse } from "./http/problem-response.ts";
import { readJsonBody } from "./http/read-body.ts";
import { assertSameOrigin } from "./http/same-origin.ts";
import type { Caller, RequestContext } from "./operations/context.ts";
import { router } from "./operations/router.ts";

export const apiBasePath = "/api/v1";

export interface ApiServerOptions {
  readonly dependencies: ApiDependencies;
  /** Null for strangers. Throws Problem UNAUTHENTICATED for a credential that is wrong. */
  readonly resolveCaller: (request: Request) => Promise<Caller | null>;
  /** Addresses the console is served from: where cookies may come from. */
  readonly trustedOrigins: readonly string[];
}

/** Answers every request under `/api/v1`. Never throws; refusals are problems, and no answer holds a stack. */
export function createApiServer(options: ApiServerOptions): (request: Request) => Promise<Response> {
  const { dependencies } = options;
  const handler = new OpenAPIHandler<RequestContext>(router, {
    interceptors: [
      async ({ next, context, request }) => {
        try {
          return await next();
        } catch (thrown) {
          throw asWireError(report(dependencies, context.requestId, thrown), context.requestId, request.url.pathname);
        }
      },
    ],
    customErrorResponseBodyEncoder: (error) => error.data,
  });

  async function answer(request: Request, requestId: string): Promise<Response> {
    const caller = await options.resolveCaller(request);
    if (isUnsafe(request)) assertSameOrigin(request, options.trustedOrigins);
    const body = isUnsafe(request) ? await readJsonBody(request) : "";
    const context: RequestContext = { requestId, caller, idempotencyKey: idempotencyKeyOf(request), dependencies };
    const result = await handler.handle(withBody(request, body), { prefix: apiBasePath, context });
    if (!result.matched) throw new Problem("NOT_FOUND", `There is no operation ${request.method} ${pathOf(request)}.`);
    return result.response;
  }

  return async (request) => {
    const requestId = dependencies.randomId();
    let response: Response;
    try {
      response = await answer(request, requestId);
    } catch (thrown) {
      response = problemResponse(report(dependencies, requestId, thrown), requestId, pathOf(request));
    }
    if (response.status >= 400) response.headers.set("content-type", "application/problem+json");
    response.headers.set("x-request-id", requestId);
    response.headers.set("cache-control", "no-store");
    return response;
  };
}

function isUnsafe(request: Request): boolean {
  return request.method !== "GET" && request.method !== "HEAD" && request.method !== "OPTIONS";
}

function idempotencyKeyOf(request: Request): string | undefined {
  const key = request.headers.get("idempotency-key") ?? undefined;
  if (key === undefined || /^[\x21-\x7e]{1,255}$/.test(key)) return key;
  throw new Problem("REQUEST_INVALID", "Idempotency-Key must be 1 to 255 visible characters.", {
    path: "Idempotency-Key",
  });
}

function pathOf(request: Request): string {
  return new URL(request.url).pathname;
}

/** The same request with a body already read; its type is JSON whatever the sender called it. */
function withBody(request: Request, body: string): Request {
  if (!isUnsafe(request)) return request;
  const headers = new Headers(request.headers);
  headers.delete("content-length");
  headers.delete("content-encoding");
  if (body === "") {
    headers.delete("content-type");
    return new Request(request.url, { method: request.method, headers, signal: request.signal });
  }
  headers.set("content-type", "application/json");
  return new Request(request.url, { method: request.method, headers, body, signal: request.signal });
}

function report(dependencies: ApiDependencies, requestId: string, thrown: unknown): Problem {
  const problem = asRequestProblem(thrown);
  if (problem.entry.httpStatus >= 500) {
    const cause = problem.cause instanceof Error ? (problem.cause.stack ?? problem.cause.message) : undefined;
    dependencies.log("ERROR", problem.message, { requestId, code: problem.code, ...problem.details, cause });
  }
  return problem;
}

function asWireError(problem: Problem, requestId: string, instance: string): ORPCError<string, unknown> {
  return new ORPCError(problem.code, {
    status: problem.entry.httpStatus,
    message: problem.message,
    data: problemBody(problem, requestId, instance),
  });
}
