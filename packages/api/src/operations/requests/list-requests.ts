import { listRequests as readRequests } from "@letsdata/database/stores/request-store";
import { signedIn } from "../authorise.ts";
import { requireDataset } from "../datasets/require-dataset.ts";
import { presentRequest } from "./present-request.ts";

export const listRequests = signedIn.requests.list.handler(async ({ context, input }) => {
  const { datasetId } = await requireDataset(context, input.dataset);
  const { limit, cursor } = input;
  const page = await readRequests(context.dependencies.database, {
    tenantId: context.tenantId,
    datasetId,
    limit,
    cursor,
  });
  return { items: page.items.map(presentRequest), nextCursor: page.nextCursor };
});
