"use client";
import { createContext, type ReactNode, useContext, useEffect, useState, useSyncExternalStore } from "react";
import { formatDuration, formatRelative, formatTime } from "./format.ts";
import { Tooltip } from "./tooltip.tsx";

export type Zone = "utc" | "local";
const zoneKey = "letsdata-zone";

function subscribeToZone(changed: () => void): () => void {
  window.addEventListener("storage", changed);
  window.addEventListener(zoneKey, changed);
  return () => {
    window.removeEventListener("storage", changed);
    window.removeEventListener(zoneKey, changed);
  };
}

/** The zone in which absolute times are shown; kept in this browser. */
export function useZone(): readonly [Zone, (zone: Zone) => void] {
  const zone = useSyncExternalStore<Zone>(
    subscribeToZone,
    () => (localStorage.getItem(zoneKey) === "utc" ? "utc" : "local"),
    () => "local",
  );
  return [
    zone,
    (next) => {
      localStorage.setItem(zoneKey, next);
      window.dispatchEvent(new Event(zoneKey));
    },
  ];
}

const NowContext = createContext<number | null>(null);

/** One tick a second for the whole page; null on the server, so that both renders agree. */
export function ClockProvider({ children }: { readonly children: ReactNode }) {
  const [now, setNow] = useState<number | null>(null);
  useEffect(() => {
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  return <NowContext value={now}>{children}</NowContext>;
}

export function useNow(): number | null {
  return useContext(NowContext);
}

/** "3 min ago", the absolute time on hover. */
export function RelativeTime({ time }: { readonly time: number }) {
  const now = useNow();
  const [zone] = useZone();
  if (now === null) return <span className="inline-block w-16" />;
  return (
    <Tooltip text={<span className="figures">{formatTime(time, zone)}</span>}>
      <time dateTime={new Date(time).toISOString()} className="whitespace-nowrap">
        {formatRelative(time, now)}
      </time>
    </Tooltip>
  );
}

export function AbsoluteTime({ time }: { readonly time: number }) {
  const [zone] = useZone();
  const now = useNow();
  if (now === null) return <span className="inline-block w-40" />;
  return (
    <time dateTime={new Date(time).toISOString()} className="figures whitespace-nowrap">
      {formatTime(time, zone)}
    </time>
  );
}

/** How long something took, or has taken so far. */
export function Elapsed({ from, to }: { readonly from: number; readonly to: number | null }) {
  const now = useNow();
  if (to === null && now === null) return null;
  return <span className="figures whitespace-nowrap">{formatDuration((to ?? now ?? from) - from)}</span>;
}
