import { transitionDataset } from "@letsdata/database/stores/dataset-store";
import { withIdempotencyKey } from "@letsdata/database/stores/idempotency-store";
import { signedIn } from "../authorise.ts";
import { askWorker } from "../requests/ask-worker.ts";
import { requireDataset } from "./require-dataset.ts";
import { assertSupported, isSupported } from "./supported-actions.ts";

const events = { DESCALE: "descale", FREEZE: "freeze", DELETE: "delete" } as const;

export const deleteDataset = signedIn.datasets.delete.handler(async ({ context, input }) => {
  const { type } = input.query;
  const { datasetId } = await requireDataset(context, input.params.dataset);
  assertSupported(isSupported(events[type]), type, "type");
  const { tenantId, userId, dependencies, idempotencyKey } = context;
  const call = { tenantId, key: idempotencyKey, request: ["datasets.delete", userId, datasetId, type] };
  return await withIdempotencyKey(dependencies.database, call, async (transaction) => {
    await transitionDataset(transaction, datasetId, events[type]);
    return await askWorker(context, transaction, { datasetId, kind: events[type], input: { type } });
  });
});
