"use client";
import type { TryDto } from "@letsdata/api/contract/try-dataset";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, client } from "../../api/api.ts";

const askEveryMilliseconds = 400;
const goesOn = (tried: TryDto | undefined) => tried?.status === "PENDING" || tried?.status === "RUNNING";

/** A trial of the configuration: begun, followed until it ends, or ended early. */
export function useTry(config: unknown) {
  const [tryId, setTryId] = useState<string | null>(null);
  const begin = useMutation({
    mutationFn: (records: number) => client.tries.create({ config, records }),
    onMutate: () => setTryId(null),
    onSuccess: (accepted) => setTryId(accepted.tryId),
  });
  const view = useQuery({
    ...api.tries.view.queryOptions({ input: { tryId: tryId ?? "" } }),
    enabled: tryId !== null,
    refetchInterval: ({ state }) => (state.data === undefined || goesOn(state.data) ? askEveryMilliseconds : false),
    refetchOnWindowFocus: false,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const end = useMutation({
    mutationFn: (id: string) => client.tries.delete({ params: { tryId: id } }),
    onSettled: () => setTryId(null),
  });
  const running =
    begin.isPending || (tryId !== null && !view.isError && (view.data === undefined || goesOn(view.data)));
  return {
    begin: (records: number) => begin.mutate(records),
    end: () => (tryId === null ? undefined : end.mutate(tryId)),
    canEnd: tryId !== null,
    running,
    failure: begin.error ?? view.error,
    problem: tryId === null ? null : (view.data?.problem ?? null),
    result: tryId === null ? null : (view.data?.result ?? null),
  };
}
