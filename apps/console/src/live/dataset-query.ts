import type { DatasetViewDto } from "@letsdata/api/contract/dataset-dto";
import { replaceEqualDeep } from "@tanstack/react-query";
import { api } from "../api/api.ts";

/** The query of a dataset whose page is kept current by events: it is asked once, and events may overtake the answer. */
export function datasetQuery(reference: string) {
  return {
    ...api.datasets.view.queryOptions({ input: { dataset: reference } }),
    staleTime: Number.POSITIVE_INFINITY,
    refetchOnWindowFocus: false,
    structuralSharing: newerSnapshot,
  };
}

/** An answer that set out before the last event shows an older state: it must not come back, no event may follow to mend it. */
function newerSnapshot(before: unknown, next: unknown): unknown {
  const isOlder = before !== undefined && updated(before) > updated(next);
  return isOlder ? before : replaceEqualDeep(before, next);
}

const updated = (snapshot: unknown) => (snapshot as DatasetViewDto).updateDatetime;
