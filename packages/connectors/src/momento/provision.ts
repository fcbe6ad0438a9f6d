import { withRetry } from "@letsdata/aws/with-retry";
import type { CloudAccess, ProvisionedResource } from "@letsdata/plugin-kit/connector";
import { openMomento } from "./momento-client.ts";
import { type MomentoTarget, nameOfIndex } from "./permissions.ts";

/** Makes LetsData's index with the dataset's token; repeatable. */
export async function provisionMomentoIndex(
  config: MomentoTarget,
  access: CloudAccess,
  signal: AbortSignal,
): Promise<readonly ProvisionedResource[]> {
  if (config.resourceLocation !== "LetsData") return [];
  const name = nameOfIndex(config);
  const momento = await openMomento(config, access, signal);
  await withRetry(() => momento.createIndex(name, signal), { signal });
  return [{ kind: "momento-index", name, arn: name, region: access.region }];
}

export async function removeMomentoIndex(
  config: MomentoTarget,
  access: CloudAccess,
  signal: AbortSignal,
): Promise<void> {
  const { indexName } = config;
  if (config.resourceLocation !== "LetsData" || !indexName) return;
  const momento = await openMomento(config, access, signal);
  await withRetry(() => momento.deleteIndex(indexName, signal), { signal });
}
