import { listUsage as readUsage } from "@letsdata/database/stores/usage-store";
import { signedIn } from "../authorise.ts";
import { requireDataset } from "../datasets/require-dataset.ts";

export const listUsage = signedIn.usage.list.handler(async ({ context, input }) => {
  const { type, ...query } = input;
  return await readUsage(context.dependencies.database, { ...query, tenantId: context.tenantId, resourceType: type });
});

export const listDatasetUsage = signedIn.usage.listOfDataset.handler(async ({ context, input }) => {
  const { datasetId } = await requireDataset(context, input.dataset);
  const { type, dataset: _, ...query } = input;
  const scope = { tenantId: context.tenantId, datasetId, resourceType: type };
  return await readUsage(context.dependencies.database, { ...query, ...scope });
});
