import type { CloudAccess } from "@letsdata/plugin-kit/connector";
import type { Embed } from "./embed.ts";

/** An endpoint by name. Its SDK is loaded here: most tasks call no model. */
export async function connectEndpoint(access: Omit<CloudAccess, "datasetName">, endpointName: string): Promise<Embed> {
  const { invokeEndpoint } = await import("./invoke-endpoint.ts");
  return invokeEndpoint(access, endpointName);
}
