"use client";
import type { DatasetEvent } from "@letsdata/api/contract/events";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { api, client } from "../api/api.ts";
import { datasetQuery } from "./dataset-query.ts";
import type { LiveState } from "./follow.ts";
import { connectedOnce, useLive } from "./use-live.ts";

/** The dataset of the page, from the cache that `useLiveDataset` keeps current. */
export function useDataset(reference: string) {
  return useQuery(datasetQuery(reference));
}

const dependentsPauseMilliseconds = 2000;

/** Pushes every snapshot into the cache; lists about the dataset are asked again at a polite rate. */
export function useLiveDataset(reference: string): LiveState {
  const queries = useQueryClient();
  return useLive<DatasetEvent>(
    reference,
    (signal) => client.events.ofDataset({ dataset: reference }, { signal, context: connectedOnce }),
    (event) => {
      if (event.type === "gone") {
        void queries.invalidateQueries({ queryKey: api.datasets.view.key({ input: { dataset: reference } }) });
        return;
      }
      const key = api.datasets.view.queryKey({ input: { dataset: reference } });
      const before = queries.getQueryData(key);
      if (before && before.updateDatetime > event.dataset.updateDatetime) return;
      queries.setQueryData(key, event.dataset);
      refreshLists(reference, () => {
        for (const list of [api.tasks.list, api.errors.list, api.requests.list]) {
          void queries.invalidateQueries({ queryKey: list.key(), refetchType: "active" });
        }
      });
    },
  );
}

const waitingFor = new Map<string, ReturnType<typeof setTimeout>>();

function refreshLists(reference: string, refresh: () => void): void {
  if (waitingFor.has(reference)) return;
  waitingFor.set(
    reference,
    setTimeout(() => {
      waitingFor.delete(reference);
      refresh();
    }, dependentsPauseMilliseconds),
  );
}
