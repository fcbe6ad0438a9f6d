"use client";
import type { DatasetsEvent } from "@letsdata/api/contract/events";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, client } from "../../api/api.ts";
import type { LiveState } from "../../live/follow.ts";
import { connectedOnce, useLive } from "../../live/use-live.ts";
import { mergeIntoPage } from "./merge-into-page.ts";

/** Keeps the shown pages current; counts datasets that are new to them. */
export function useLiveDatasets(shownIds: ReadonlySet<string>): {
  readonly state: LiveState;
  readonly arrived: number;
  readonly showArrived: () => void;
} {
  const queries = useQueryClient();
  const [arrived, setArrived] = useState<ReadonlySet<string>>(new Set());
  const state = useLive<DatasetsEvent>(
    "datasets",
    (signal) => client.events.ofDatasets(undefined, { signal, context: connectedOnce }),
    (event) => {
      queries.setQueriesData<Parameters<typeof mergeIntoPage>[0]>(
        { queryKey: api.datasets.list.key({ type: "query" }) },
        (page) => page && mergeIntoPage(page, event.datasets),
      );
      if (event.type === "changed") {
        const fresh = event.datasets.filter(
          (dataset) => !shownIds.has(dataset.datasetId) && dataset.datasetStatus === "CREATED",
        );
        if (fresh.length > 0)
          setArrived((before) => new Set([...before, ...fresh.map((dataset) => dataset.datasetId)]));
      }
    },
  );
  return {
    state,
    arrived: [...arrived].filter((id) => !shownIds.has(id)).length,
    showArrived: () => {
      setArrived(new Set());
      void queries.invalidateQueries({ queryKey: api.datasets.list.key() });
    },
  };
}
