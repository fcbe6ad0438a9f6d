"use client";
import { Problem } from "@letsdata/plugin-kit/problems";
import { useEffect, useEffectEvent, useState } from "react";
import { follow, type LiveState, waitOrAbort } from "./follow.ts";

/** The client connects streams again by itself and hides the cut; a page tells its reader, so `follow` connects again here. */
export const connectedOnce = { retry: 0 } as const;

/** Follows a stream of the API while the component is mounted; `key` names what is followed. */
export function useLive<Event>(
  key: string,
  open: (signal: AbortSignal) => Promise<AsyncIterable<Event>>,
  onEvent: (event: Event) => void,
): LiveState {
  const [state, setState] = useState<LiveState>("connecting");
  const openNow = useEffectEvent(open);
  const take = useEffectEvent(onEvent);
  useEffect(() => {
    const ending = new AbortController();
    void follow<Event>({
      open: (signal) => openNow(signal),
      onEvent: (event) => take(event),
      onState: setState,
      isFinal: (thrown) => thrown instanceof Problem && thrown.entry.retry === "never" && thrown.entry.httpStatus < 500,
      signal: ending.signal,
      wait: waitOrAbort,
      random: Math.random,
    });
    return () => ending.abort();
  }, [key]);
  return state;
}
