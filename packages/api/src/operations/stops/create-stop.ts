import { transitionDataset } from "@letsdata/database/stores/dataset-store";
import { withIdempotencyKey } from "@letsdata/database/stores/idempotency-store";
import { signedIn } from "../authorise.ts";
import { requireDataset } from "../datasets/require-dataset.ts";
import { askWorker } from "../requests/ask-worker.ts";

export const createStop = signedIn.stops.create.handler(async ({ context, input }) => {
  const { moveStoppedTasksTo } = input;
  const { datasetId } = await requireDataset(context, input.dataset);
  const { tenantId, userId, dependencies, idempotencyKey } = context;
  const call = { tenantId, key: idempotencyKey, request: ["stops.create", userId, datasetId, moveStoppedTasksTo] };
  return await withIdempotencyKey(dependencies.database, call, async (transaction) => {
    const event = moveStoppedTasksTo === "ERROR" ? "stopWithError" : "stopWithComplete";
    await transitionDataset(transaction, datasetId, event);
    return await askWorker(context, transaction, { datasetId, kind: "stop", input: { moveStoppedTasksTo } });
  });
});
