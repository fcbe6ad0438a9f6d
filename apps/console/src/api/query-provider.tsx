"use client";
import { Problem } from "@letsdata/plugin-kit/problems";
import { QueryCache, QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";

const attemptsMax = 3;

/** Repeats only what may heal by itself. */
function mayHeal(failures: number, thrown: unknown): boolean {
  if (failures >= attemptsMax) return false;
  return !(thrown instanceof Problem) || thrown.entry.retry === "later";
}

/** A session that ended sends the person to sign in and back here. */
function leaveWhenSignedOut(thrown: unknown): void {
  if (!(thrown instanceof Problem) || thrown.code !== "UNAUTHENTICATED") return;
  const here = window.location.pathname + window.location.search;
  window.location.assign(`/sign-in?next=${encodeURIComponent(here)}`);
}

export function QueryProvider({ children }: { readonly children: ReactNode }) {
  const [client] = useState(
    () =>
      new QueryClient({
        queryCache: new QueryCache({ onError: leaveWhenSignedOut }),
        defaultOptions: { queries: { retry: mayHeal, staleTime: 5000, refetchOnWindowFocus: true } },
      }),
  );
  return <QueryClientProvider client={client}>{children}</QueryClientProvider>;
}
