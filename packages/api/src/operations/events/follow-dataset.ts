import { getDatasetById } from "@letsdata/database/stores/dataset-store";
import type { DatasetEvent } from "../../contract/events.ts";
import { signedIn } from "../authorise.ts";
import { presentDataset } from "../datasets/present-dataset.ts";
import { requireDataset } from "../datasets/require-dataset.ts";
import { follow } from "./follow.ts";

export const followDataset = signedIn.events.ofDataset.handler(async ({ context, input, signal }) => {
  const { database, changes, clock } = context.dependencies;
  const { datasetId } = await requireDataset(context, input.dataset);
  return follow<DatasetEvent>({
    signal,
    now: clock.now,
    subscribe: (onChange) =>
      changes.subscribe(context.tenantId, (changed) => {
        if (changed === null || changed === datasetId) onChange(changed);
      }),
    read: async () => {
      const dataset = await getDatasetById(database, datasetId);
      if (dataset === null) return { type: "gone", datasetId };
      return { type: "snapshot", dataset: await presentDataset({ database, clock }, dataset) };
    },
  });
});
