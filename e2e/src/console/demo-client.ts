import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type ApiClient, createApiClient } from "@letsdata/api/client";

/** The API as the demo user's command line calls it. */
export function demoClient(product: { readonly address: string; readonly stateDir: string }): ApiClient {
  const file = readFileSync(join(product.stateDir, "cli-profiles.json"), "utf8");
  const { apiKey } = (JSON.parse(file) as { profiles: { demo: { apiKey: string } } }).profiles.demo;
  return createApiClient({ url: `${product.address}/api/v1`, apiKey });
}
