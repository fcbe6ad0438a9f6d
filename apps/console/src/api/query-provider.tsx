"use client";
import { Problem } from "@letsdata/plugin-kit/problems";
import { QueryCache, QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";

const attemptsMax = 3;

/** A server that does not answer may be back soon. What it refuses, the API's client has asked again already where that helps. */
function mayHeal(failures: number, thrown: unknown): boolean {
  return failures < attemptsMax && !(thrown instanceof Problem);
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
