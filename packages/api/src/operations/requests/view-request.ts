import { getRequest } from "@letsdata/database/stores/request-store";
import { Problem } from "@letsdata/plugin-kit/problems";
import { signedIn } from "../authorise.ts";
import { requireDataset } from "../datasets/require-dataset.ts";
import { presentRequest } from "./present-request.ts";

export const viewRequest = signedIn.requests.view.handler(async ({ context, input }) => {
  const { datasetId, name } = await requireDataset(context, input.dataset);
  const { requestId } = input;
  const request = await getRequest(context.dependencies.database, context.tenantId, datasetId, requestId);
  if (request === null) throw new Problem("NOT_FOUND", `${name} has no request ${requestId}.`, { path: "requestId" });
  return presentRequest(request);
});
