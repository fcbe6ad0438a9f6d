import { findDataset, type StoredDataset } from "@letsdata/database/stores/dataset-store";
import { Problem } from "@letsdata/plugin-kit/problems";
import type { CallerContext } from "../context.ts";

/** The tenant's dataset of this name or id. Throws NOT_FOUND, for other tenants' datasets too. */
export async function requireDataset(
  context: Pick<CallerContext, "tenantId" | "dependencies">,
  nameOrId: string,
): Promise<StoredDataset> {
  const dataset = await findDataset(context.dependencies.database, context.tenantId, nameOrId);
  if (dataset === null) throw new Problem("NOT_FOUND", `There is no dataset ${nameOrId}.`, { path: "dataset" });
  return dataset;
}
