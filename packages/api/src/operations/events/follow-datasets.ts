import { listDatasets } from "@letsdata/database/stores/dataset-store";
import { datasetStatuses } from "@letsdata/dataset/lifecycle";
import type { DatasetsEvent } from "../../contract/events.ts";
import { pageSizeMax } from "../../contract/paging.ts";
import { signedIn } from "../authorise.ts";
import { presentSummary } from "../datasets/present-dataset.ts";
import { follow } from "./follow.ts";

export const followDatasets = signedIn.events.ofDatasets.handler(({ context, signal }) => {
  const { database, changes, clock } = context.dependencies;
  const { tenantId } = context;
  return follow<DatasetsEvent>({
    signal,
    now: clock.now,
    subscribe: (onChange) => changes.subscribe(tenantId, onChange),
    read: async (changed) => {
      if (changed === null) {
        const { items } = await listDatasets(database, { tenantId, limit: pageSizeMax });
        return { type: "snapshot", datasets: items.map(presentSummary) };
      }
      const statuses = datasetStatuses;
      const { items } = await listDatasets(database, { tenantId, datasetIds: changed, statuses, limit: pageSizeMax });
      return items.length === 0 ? null : { type: "changed", datasets: items.map(presentSummary) };
    },
  });
});
