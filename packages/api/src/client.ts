import { Problem } from "@letsdata/plugin-kit/problems";
import { createORPCClient } from "@orpc/client";
import { ClientRetryPlugin, type ClientRetryPluginContext } from "@orpc/client/plugins";
import type { AnyContractProcedure, ContractRouterClient } from "@orpc/contract";
import type { JsonifiedClient } from "@orpc/openapi-client";
import { OpenAPILink } from "@orpc/openapi-client/fetch";
import { contract } from "./contract/contract.ts";
import { decodeProblem } from "./http/decode-problem.ts";

export type ApiClient = JsonifiedClient<ContractRouterClient<typeof contract, ClientRetryPluginContext>>;

export interface ApiClientOptions {
  /** Address of the API with its base path, such as `http://127.0.0.1:3000/api/v1`. */
  readonly url: string;
  /** For programs; browsers send their session cookie. */
  readonly apiKey?: string;
  readonly fetch?: typeof globalThis.fetch;
}

const streamPauseMilliseconds = 2_000;
/** Pauses of 0.5, 1, 2 and 4 s: a database that is started again is back by then. */
const readRepeatsMax = 4;
const readPauseMilliseconds = 500;

/**
 * Typed client of every operation. Refused calls throw the server's Problem, reads only when it lasts for some seconds
 * where the problem says that waiting helps; writes are sent once.
 * Streams of events reconnect by themselves with the id of the last event seen.
 */
export function createApiClient(options: ApiClientOptions): ApiClient {
  const send = options.fetch ?? globalThis.fetch;
  const link = new OpenAPILink<ClientRetryPluginContext>(contract, {
    url: options.url,
    headers: options.apiKey === undefined ? {} : { authorization: `Bearer ${options.apiKey}` },
    fetch: async (request, init) => {
      const response = await send(request, init);
      if (response.ok) return response;
      throw decodeProblem(response.status, await readJson(response));
    },
    plugins: [
      new ClientRetryPlugin({
        default: {
          retry: ({ path }) => (isStream(path) ? Number.POSITIVE_INFINITY : isRead(path) ? readRepeatsMax : 0),
          retryDelay: ({ path, attemptIndex, lastEventRetry }) =>
            isStream(path) ? (lastEventRetry ?? streamPauseMilliseconds) : readPauseMilliseconds * 2 ** attemptIndex,
          shouldRetry: ({ path, error }) =>
            isStream(path)
              ? !(error instanceof Problem) || error.entry.httpStatus >= 500
              : error instanceof Problem && error.entry.retry === "later",
        },
      }),
    ],
  });
  return createORPCClient(link);
}

const isStream = (path: readonly string[]) => path[0] === "events";

/** Changes nothing: asking again costs nothing but time. */
function isRead(path: readonly string[]): boolean {
  const called = path.reduce<unknown>((router, name) => (router as Record<string, unknown>)[name], contract);
  return !(called as AnyContractProcedure)["~orpc"].meta.writes;
}

async function readJson(response: Response): Promise<unknown> {
  try {
    return JSON.parse(await response.text());
  } catch {
    return null;
  }
}
