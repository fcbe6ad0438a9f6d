import { listDatasets as readDatasets } from "@letsdata/database/stores/dataset-store";
import { signedIn } from "../authorise.ts";
import { presentSummary } from "./present-dataset.ts";

export const listDatasets = signedIn.datasets.list.handler(async ({ context, input }) => {
  const page = await readDatasets(context.dependencies.database, {
    tenantId: context.tenantId,
    statuses: input.status === undefined ? undefined : [input.status].flat(),
    text: input.text,
    sort: input.sort === "datasetName" ? "name" : "createdAt",
    order: input.order,
    limit: input.limit,
    cursor: input.cursor,
  });
  return { items: page.items.map(presentSummary), nextCursor: page.nextCursor };
});
