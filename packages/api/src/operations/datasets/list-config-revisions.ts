import { listConfigRevisions as readRevisions } from "@letsdata/database/stores/config-revision-store";
import { signedIn } from "../authorise.ts";
import { requireDataset } from "./require-dataset.ts";

export const listConfigRevisions = signedIn.datasets.listConfigRevisions.handler(async ({ context, input }) => {
  const { datasetId } = await requireDataset(context, input.dataset);
  const page = await readRevisions(context.dependencies.database, {
    tenantId: context.tenantId,
    datasetId,
    limit: input.limit,
    cursor: input.cursor,
  });
  return {
    items: page.items.map(({ createdAt, config, ...revision }) => ({
      ...revision,
      config: { ...config },
      createDatetime: createdAt,
    })),
    nextCursor: page.nextCursor,
  };
});
