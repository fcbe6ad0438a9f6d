import { Problem } from "@letsdata/plugin-kit/problems";
import { createORPCClient } from "@orpc/client";
import { ClientRetryPlugin, type ClientRetryPluginContext } from "@orpc/client/plugins";
import type { ContractRouterClient } from "@orpc/contract";
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

/**
 * Typed client of every operation. Refused calls throw the server's Problem.
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
          retry: ({ path }) => (path[0] === "events" ? Number.POSITIVE_INFINITY : 0),
          shouldRetry: ({ error }) => !(error instanceof Problem) || error.entry.httpStatus >= 500,
        },
      }),
    ],
  });
  return createORPCClient(link);
}

async function readJson(response: Response): Promise<unknown> {
  try {
    return JSON.parse(await response.text());
  } catch {
    return null;
  }
}
